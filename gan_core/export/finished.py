"""A finished run to take home: its shipped weights, and the script and notebook that go on from them.

bundled("dcgan")        a zip: gan.py, gan.ipynb, dcgan.safetensors, dcgan.json (its card with the licence)
"""

from __future__ import annotations

from gan_core.export.files import File, zipped
from gan_core.weights import FOLDER
from gan_core.zoo import checkpoints


def bundled(name: str) -> bytes:
    """The same run gives the same bytes. Raises CheckpointError."""
    from gan_core.scripts.notebook import notebook
    from gan_core.scripts.textbook import script
    from gan_core.scripts.weights import Begins

    card = checkpoints.load_card(name)
    config, begins = checkpoints.going_on(card.config), Begins(f"{name}.safetensors", card.steps)
    files = [
        File("gan.py", script(config, title=card.title, begins=begins).encode()),
        File("gan.ipynb", notebook(config, title=card.title, begins=begins).encode()),
        *(File(path.name, path.read_bytes()) for path in (FOLDER / begins.file, FOLDER / f"{name}.json")),
    ]
    return zipped(files)
