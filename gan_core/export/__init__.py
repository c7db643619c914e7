"""Figures, films and files of a run, to keep: a recording and a look in, bytes out.

    recording = record(trainer)                                    # or the frame that a page shows
    drawing = FIGURES["plane"].draw(recording, Look(shape="16:9", theme="dark", title="Eight modes"))
    svg(drawing), png(drawing, scale=2)                            # the same drawing, twice
    film(recording, look, "webp"), replay(recording, look)         # what moves
    bundle(recording, look, …)                                     # all of it as one zip

A drawing is a description (`drawing`), and two writers know it: `svg` makes text of it, `raster` pixels. No browser is
needed, nothing is random, no clock is read: the same recording and look give the same bytes.
"""
