"""Recorded runs, which a browser plays by itself: what a page shows before anybody has asked for a run.

registry   RECORDED: which run each page opens with
seen       what is seen of a run while it is recorded, and measured
captions   the sentences that follow it, from what was measured
record     trains, looks, and packs a file; `python -m gan_core record`
turning    small movements of finished runs: from latent to latent, from label to label
origin     what a file says of where it comes from: engine, configurations, weights
shipped    every file there is, what it is of and what makes it anew
files      the files as they are read
"""
