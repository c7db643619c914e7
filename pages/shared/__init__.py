"""What the pages share. Read in this order to write a page:

site       the table of pages              layout     begin(name): the first line of a page
i18n       t(key): every word              state      PageState: what the controls say, one object a visitor
controls   a widget for each field         player     bar and stage: buttons, scrubber, polling
panels     scene, curves, scores …         runs       Work, Frame, Show: the runs themselves, without Streamlit
url        the address                     tables     a visitor's own points
predict    a question before a run        experiments  computations that all visitors share
resources  the pool, and what ends when    live/      the views that draw in the browser
sheet      tables of words and numbers     pushed     which parts workers draw again

A page with one run or several, whole:

    page = layout.begin("name", default_config, variants=({"loss": "minimax"}, {"loss": "non_saturating"}))
    controls.sidebar(page)                     # without the fields that the variants decide
    controls.top(page, names_of_presets)
    player.bar(page)
    player.stage(page, view)                   # def view(page, frame): points.plane(page, frame, titles=…), …
    layout.share(page)
"""
