"""A run as a file that a lecturer could hand out: torch and numpy only, the textbook loop, the numbers of the trainer.

    script(config)              the file's text, `textbook`; it contains what its configuration needs and nothing else
    notebook(config)            the same as a Jupyter notebook, with the formulas

A row of text for each row of the engine's registries: `data`, `players`, `rules` (losses and penalties), `loop`.
"""
