"""What comes with the app of `gan_core.metrics.image_floors`, read without computing anything."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parents[1] / "records" / "digits.json"


@lru_cache(maxsize=1)
def shipped() -> dict[str, Any]:
    """What `image_floors.build` has written, as it describes it."""
    return json.loads(SHIPPED.read_text(encoding="utf-8"))
