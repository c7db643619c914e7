"""What the pages share, in four rooms:

shell      the frame around every page: `site` (the table of pages), `layout` (begin, share, link), `stage` (verdict,
           picture, player, rail: where they are), `state` (PageState:
           a visitor's page), `address` (the query), `i18n` (t(key): every word), `notices` (a visitor's words as text)
play       runs and computations: `player` (bar and stage: buttons, scrubber), `runs` (Work, Frame, Show: without
           Streamlit), `pushed` (what workers draw again), `channel` and `socket` (the way to the browser), `shelf`
           (finished runs), `kept` (the runs of a visit), `experiments` (computed once for all visitors), `resources`
           (the pool)
controls   what a visitor sets: `fields` (a widget for each field of a configuration), `options` (what else a page
           can be set to, with its address), `uploads`, `bars`, `predict` (a question before a run)
views      what a page shows: `points` (the plane, and the members), `statistics` (scores, curves), `images`, `tables`,
           `stills` (figures to keep), `kept` (runs of a visit beside each other), `code` (the code behind a page),
           `live` (drawn in the browser)

A new page is a line in `site.PAGES`, a folder with a page.py, and a section in texts/en.toml. With runs, whole:

    page = layout.begin("name", default_config, variants=({"loss": "minimax"}, {"loss": "hinge"}), options=OPTIONS)
    with stage.settings():                     # in the sidebar
        fields.top(page, names_of_presets)
        options.control(page, "axis")          # OPTIONS = {"axis": OneOf(("logit", "probability"), "logit")}
    fields.sidebar(page)                       # folded below; without the fields that the variants decide
    player.stage(page, view)                   # def view(page, frame): with stage.picture(): points.plane(…), …
    kept.section(page)
    code.expander(page, ("modes", "w1"))       # topics of gan_core.scripts.sources
    layout.share(page)

page.py is thin; what it shows is in modules beside it, one a section, named for what they show. The page's default says
whether it shows points or images: an address with data of the other kind is answered with a link to the page that can.
"""
