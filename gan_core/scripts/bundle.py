"""Functions of ours as a text that stands by itself: their source, and that of all they call, from whatever module.

    bundle([compare, GaussianMixture])     imports of the standard library, NumPy and torch, and the definitions

Nothing is copied by hand: the lines are those that the app runs. What they take from SciPy is written out in STAND_INS,
in NumPy and torch.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

OURS = "gan_core"
HEADING = re.compile(r"# ?(──|---)")  # between parts of a module
REMARKS = re.compile(r"  # (fmt: skip|type: ignore\S*( {2}#.*)?|noqa\S*.*)$", re.MULTILINE)

_OF_TORCH = '''def {name}(x):
    """{said}"""
    return {called}(torch.tensor(x, dtype=torch.float64)).numpy()
'''
# what our modules import from elsewhere → the same in NumPy and torch
STAND_INS: dict[str, str] = {
    "scipy.special.ndtr": '''def ndtr(x):
    """Φ(x) = ½ erfc(−x/√2): the share of N(0, 1) up to x, to all digits also where it is small."""
    return torch.erfc(-torch.tensor(x, dtype=torch.float64) / 2**0.5).numpy() / 2
''',
    "scipy.special.erf": _OF_TORCH.format(name="erf", said="The error function.", called="torch.special.erf"),
    "scipy.special.expit": _OF_TORCH.format(name="expit", said="σ(x) = 1/(1 + e^−x)", called="torch.sigmoid"),
    "scipy.special.log_expit": _OF_TORCH.format(
        name="log_expit", said="ln σ(x)", called="torch.nn.functional.logsigmoid"
    ),
    "scipy.special.logsumexp": '''def logsumexp(a, axis):
    """ln Σ e^a along an axis, without overflow."""
    return np.logaddexp.reduce(a, axis=axis)
''',
    "scipy.special.rel_entr": '''def rel_entr(x, y):
    """x ln(x/y): 0 where x is 0, ∞ where only y is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x > 0, x * np.log(x / y), 0.0)
''',
    "scipy.spatial.distance.cdist": '''def cdist(x, y):
    """Distances (n, m) of the points x (n, d) from the points y (m, d)."""
    exact = "donot_use_mm_for_euclid_dist"
    return torch.cdist(torch.tensor(x), torch.tensor(y), compute_mode=exact).numpy()
''',
    "scipy.optimize.linear_sum_assignment": '''def linear_sum_assignment(cost):
    """(rows, columns) of the pairing of least total cost (n, n): the Hungarian method, row for row (Kuhn 1955)."""
    n = len(cost)
    rows, columns = np.zeros(n + 1), np.zeros(n + 1)  # what each is worth, so that cost − rows − columns ≥ 0
    partner, before = np.zeros(n + 1, int), np.zeros(n + 1, int)  # of each column; row 0 is none
    for row in range(1, n + 1):
        partner[0], at = row, 0
        slack, seen = np.full(n + 1, np.inf), np.zeros(n + 1, bool)
        while True:  # the cheapest way from this row to a column that is free
            seen[at] = True
            left = cost[partner[at] - 1] - rows[partner[at]] - columns[1:]
            nearer = np.flatnonzero(~seen[1:] & (left < slack[1:])) + 1
            slack[nearer], before[nearer] = left[nearer - 1], at
            at = int(np.where(seen, np.inf, slack).argmin())
            step = slack[at]
            rows[partner[seen]] += step
            columns[seen] -= step
            slack[~seen] -= step
            if not partner[at]:
                break
        while at:  # along it, every row moves on to the next column
            partner[at] = partner[before[at]]
            at = before[at]
    found = np.empty(n, int)
    found[partner[1:] - 1] = np.arange(n)
    return np.arange(n), found
''',
    "gan_core.config.ConfigError": '''class ConfigError(ValueError):
    """What cannot be asked for."""
''',
    "gan_core.errors.ConfigError": '''class ConfigError(ValueError):
    """What cannot be asked for."""
''',
}


@dataclass(frozen=True)
class _Module:
    """`defined`: name → the statements at the top of the module that make it. `taken`: name → what it imports under
    it, ("module", "") or ("module", "name"). `text`: its lines."""

    name: str
    text: tuple[str, ...]
    defined: dict[str, list[ast.stmt]]
    taken: dict[str, tuple[str, str]]


@cache
def _module(name: str) -> _Module:
    source = inspect.getsource(importlib.import_module(name))
    defined: dict[str, list[ast.stmt]] = {}
    taken: dict[str, tuple[str, str]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            taken |= {alias.asname or alias.name.split(".")[0]: (alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = str(node.module)
            for alias in node.names:
                whole = _is_module(module, alias.name)
                taken[alias.asname or alias.name] = (f"{module}.{alias.name}", "") if whole else (module, alias.name)
        else:
            for made in _names_made(node):
                defined.setdefault(made, []).append(node)
    return _Module(name, tuple(source.splitlines()), defined, taken)


def _is_module(package: str, name: str) -> bool:
    return package.startswith(OURS) and inspect.ismodule(getattr(importlib.import_module(package), name))


def _names_made(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


class _Bundle:
    """What was found on the way: statements by module, imports, stand-ins."""

    def __init__(self) -> None:
        self.found: dict[str, set[ast.stmt]] = {}  # module → its statements
        self.order: list[str] = []  # modules, each behind those that it takes from
        self.imports: set[tuple[str, str, str]] = set()  # (module, name, as)
        self.stand_ins: dict[str, str] = {}
        self.prefixes: dict[str, set[str]] = {}  # module → names of ours that stand before a dot in it

    def take(self, module: str, name: str) -> None:
        """The definition of a name, and all that it needs."""
        if (known := STAND_INS.get(f"{module}.{name}")) is not None:
            self.stand_ins[name] = known
            self.imports.add(("numpy", "", "np"))
            self.imports.add(("torch", "", ""))
            return
        there = _module(module)
        if name not in there.defined:  # handed on, as rooms do
            self.take(*there.taken[name])
            return
        taken = self.found.setdefault(module, set())
        for statement in there.defined[name]:
            if statement not in taken:
                taken.add(statement)
                self._needs(there, statement)
        if module not in self.order:
            self.order.append(module)

    def _needs(self, there: _Module, statement: ast.stmt) -> None:
        dotted = {
            (part.value.id, part.attr)
            for part in ast.walk(statement)
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name)
        }
        for name in sorted({part.id for part in ast.walk(statement) if isinstance(part, ast.Name)}):
            if name in there.defined:
                self.take(there.name, name)
            elif name in there.taken:
                module, what = there.taken[name]
                if f"{module}.{what}" in STAND_INS or (module.startswith(OURS) and what):
                    self.take(module, what)
                elif module.startswith(OURS):
                    self.prefixes.setdefault(there.name, set()).add(name)
                    for _, attribute in sorted(one for one in dotted if one[0] == name):
                        self.take(module, attribute)
                else:
                    self.imports.add((module, what, name if name != (what or module) else ""))

    def text(self) -> str:
        parts = list(self.stand_ins.values())
        for name in self.order:
            there, prefixes = _module(name), self.prefixes.get(name, set())
            statements = sorted(self.found[name], key=lambda one: one.lineno)
            shown = [_lines(there, one) for one in statements]
            for prefix in prefixes:
                shown = [re.sub(rf"\b{prefix}\.(?=\w)", "", one) for one in shown]
            parts += [one for one in shown if one not in parts]  # two modules may name the same thing alike
        return "".join(before + one for before, one in zip(_gaps(parts), parts, strict=True))


def _gaps(parts: list[str]) -> Iterator[str]:
    """What stands before each part: two lines, and none between constants of a line each."""
    yield from ("" for _ in parts[:1])
    for one, other in pairwise(parts):
        yield "" if one.count("\n") == other.count("\n") == 1 else "\n\n"


def _lines(there: _Module, statement: ast.stmt) -> str:
    """A statement with its decorators and the comment that stands right above it."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(one.lineno for one in decorators)]) - 1
    while first and there.text[first - 1].startswith("#") and not HEADING.match(there.text[first - 1]):
        first -= 1
    return REMARKS.sub("", "\n".join(there.text[first : statement.end_lineno])) + "\n"


def bundle(wanted: Iterable[Callable[..., Any]]) -> tuple[str, str]:
    """(imports, definitions) of these functions and classes, with all that they call. A class goes whole."""
    made = _Bundle()
    for one in wanted:
        made.take(one.__module__, one.__qualname__.split(".")[0])
    return _import_lines(made.imports), made.text()


def _import_lines(found: set[tuple[str, str, str]]) -> str:
    """As ruff sorts them: __future__, the standard library, the rest."""
    lines: dict[bool, list[str]] = {True: [], False: []}
    names: dict[str, list[str]] = {}
    for module, what, alias in sorted(found):
        renamed = f" as {alias}" if alias else ""
        if what:
            names.setdefault(module, []).append(what + renamed)
        else:
            lines[module.split(".")[0] in sys.stdlib_module_names].append(f"import {module}{renamed}")
    for module, whats in names.items():
        lines[module.split(".")[0] in sys.stdlib_module_names].append(f"from {module} import {', '.join(whats)}")
    blocks = ["from __future__ import annotations", *("\n".join(lines[ours]) for ours in (True, False))]
    return "\n\n".join(block for block in blocks if block)
