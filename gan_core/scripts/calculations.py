"""What a section without runs computes, as a file: the settings, the lines of ours that it calls, and the calls.

Calculation("Divergences", (compare,), "found = compare(p, q)")
script(calculation)                    a standalone file for torch and numpy, like `textbook.script` of a run
notebook(calculation)                  the same as a Jupyter notebook
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_core.scripts.bundle import bundle
from gan_core.scripts.data import packed
from gan_core.scripts.notebook import book
from gan_core.scripts.sources import TOPICS
from gan_core.scripts.textbook import WIDTH, Part

SHORT = 200  # numbers that are written out


@dataclass(frozen=True)
class Calculation:
    """`title`; the functions and classes that `code` calls, beside np and torch; `code`: the lines that set what can be
    set, compute what is on the screen under names of their own, and print it. `topics`: whose formulas a notebook has,
    of `sources.TOPICS`."""

    title: str
    functions: tuple[Callable[..., Any], ...]
    code: str
    topics: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Settings and calls stand last, where they can be changed."""
        imports, definitions = bundle(self.functions)
        taken = [line for name, line in NEEDED.items() if name in self.code and line not in imports]
        return Part("imports", "\n".join([imports, *taken])), Part("what is called", definitions)


NEEDED = {"np.": "import numpy as np", "math.": "import math", "base64.": "import base64", "zlib.": "import zlib"}


def array(values: np.ndarray) -> str:
    """The expression of numbers: written out, or packed where there are many."""
    values = np.asarray(values, float)
    return f"np.array({values.tolist()})" if values.size <= SHORT else packed(values, "<f8")


def script(of: Calculation) -> str:
    """One file that needs torch and numpy only and prints what is on the screen."""
    imports, called = of.parts
    head = f'''"""{of.title}: what the page computes, with the lines that it computes it with.

Needs torch and numpy only.
"""
'''
    found = (("what is called", called.code), ("what is on the screen", of.code))
    body = "\n\n\n".join(f"# ── {heading + ' ':─<{WIDTH}}\n\n{text.strip()}" for heading, text in found)
    return f"{head}\n{imports.code.strip()}\n\n\n{body}\n"


def notebook(of: Calculation) -> str:
    """The text of an .ipynb file."""
    about = [f"# {of.title}", "What the page computes, with the lines that it computes it with: torch and numpy only."]
    formulas = dict.fromkeys(formula for topic in of.topics for formula in TOPICS[topic].formulas)
    return book([*about, *(f"$${formula}$$" for formula in formulas)], of.parts, ("What is on the screen", of.code))
