"""The rules of the house, read from the source: who imports whom, no global randomness, nothing unpickled, and names
that mean the same everywhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gan_core import config

ROOT = Path(__file__).parents[1]
CORE = sorted((ROOT / "gan_core").rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*/page.py"))
APP = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
BENCHMARKS = sorted((ROOT / "benchmarks").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
ALL = [*CORE, *APP, *BENCHMARKS, *TESTS]

TORCH_DRAWS = {"rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "poisson"}
TENSOR_DRAWS = {"normal_", "uniform_", "random_", "bernoulli_", "exponential_", "cauchy_", "log_normal_", "geometric_"}
INIT_DRAWS = {
    "uniform_", "normal_", "trunc_normal_", "xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_",
    "orthogonal_", "sparse_",
}  # fmt: skip
NUMPY_RANDOM = {
    "default_rng",
    "Generator",
    "SeedSequence",
    "BitGenerator",
    "PCG64",
    "get_state",
}  # own state, or only read
UNSAFE_MODULES = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "marshal", "shelve", "random"}
UNSAFE_CALLS = {
    "eval", "exec", "torch.load", "torch.hub.load", "joblib.load", "numpy.fromregex", "pandas.read_pickle",
    "yaml.load", "yaml.unsafe_load", "torch.jit.load",
}  # fmt: skip
GLOBAL_SEEDS = {"torch.manual_seed", "torch.seed", "torch.random.manual_seed", "torch.set_rng_state",
                "torch.default_generator.manual_seed"}  # fmt: skip


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Dotted names of everything imported, also inside functions; `from a import b` counts as a and a.b."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            here = module_of(path).split(".")
            here = here if path.name == "__init__.py" else here[:-1]
            base = here[: len(here) + 1 - node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def imports_of(path: Path, *packages: str) -> list[str]:
    return sorted(name for name in imports(path) if any(name == p or name.startswith(f"{p}.") for p in packages))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """(dotted name, call) with the local names of imports written out: np.random.seed(0) is numpy.random.seed."""
    known: dict[str, str] = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            known |= {
                (a.asname or a.name.split(".")[0]): (a.name if a.asname else a.name.split(".")[0]) for a in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module:
            known |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            parts, function = [], node.func
            while isinstance(function, ast.Attribute):
                parts.append(function.attr)
                function = function.value
            parts.append(known.get(function.id, function.id) if isinstance(function, ast.Name) else "…")
            yield ".".join(reversed(parts)), node


def offences(path: Path, wrong: set[str]) -> list[str]:
    return [f"{name_of(path)}:{call.lineno} {name}" for name, call in calls(path) if name in wrong]


SCRIPTS = sorted((ROOT / "pages").rglob("*.js"))


@pytest.mark.parametrize("path", [*CORE, *APP, *SCRIPTS], ids=name_of)
def test_a_long_file_says_at_its_top_why_it_is_one(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 400 or "long" in " ".join(lines[:12])


def _named(node: ast.expr) -> bool:
    """A loss's or an architecture's name: config.train.loss, architecture."""
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) in ("loss", "architecture")


@pytest.mark.parametrize("path", [*CORE, *APP, *BENCHMARKS], ids=name_of)
def test_a_loss_and_an_architecture_are_asked_what_they_are_and_not_for_their_names(path: Path) -> None:
    compared = [[node.left, *node.comparators] for node in ast.walk(tree(path)) if isinstance(node, ast.Compare)]
    matched = [node.subject for node in ast.walk(tree(path)) if isinstance(node, ast.Match)]
    words = [
        sides
        for sides in compared
        if any(map(_named, sides))
        and any(
            isinstance(part, ast.Constant) and isinstance(part.value, str) for side in sides for part in ast.walk(side)
        )
    ]
    assert not words and not any(map(_named, matched))


# ── who imports whom ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_the_core_knows_no_page_and_no_streamlit(path: Path) -> None:
    assert not imports_of(path, "streamlit", "pages", "app", "tests")


@pytest.mark.parametrize("path", [p for p in CORE if p.parent.name != "figures"], ids=name_of)
def test_only_figures_draw(path: Path) -> None:
    """The command line may ask for a figure, as a page may; what is exported has their colours."""
    asks = room_of(path) in ("__main__", "export")
    assert not imports_of(path, "plotly", *([] if asks else ["gan_core.figures"]))


# A room imports only from the floors below its own and from itself. A room's name that stands alone is a module.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "checks", "numerals"),
    ("config", "weights", "packing"),
    ("presets", "data", "theory", "jobs"),
    ("engine",),
    ("metrics",),
    ("run",),
    ("studies", "zoo"),
    ("recordings",),
    ("figures", "scripts"),
    ("export",),
    ("commands",),
    ("__main__",),
    ("launch",),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
SHARED = ("play", "shell", "controls", "views")  # of the pages: they may know one another, and no page


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "gan_core").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", [p for p in CORE if room_of(p) != "__init__"], ids=name_of)
def test_a_room_imports_only_from_the_floors_below(path: Path) -> None:
    mine = room_of(path)
    rooms = {name.split(".")[1] for name in imports_of(path, "gan_core") if name != "gan_core"}
    assert not {room for room in rooms if room != mine and FLOOR.get(room, 99) >= FLOOR[mine]}


def test_no_imports_run_in_a_circle() -> None:
    """Imports inside functions and for types count too."""
    modules = {module_of(path): path for path in [*CORE, *APP]}
    arrows = {name: {m for m in imports(path) if m in modules and m != name} for name, path in modules.items()}
    for package in [name for name, path in modules.items() if path.name == "__init__.py"]:
        arrows.pop(package)  # a package's face hands on what its rooms have
    while settled := {name for name, to in arrows.items() if not to & arrows.keys()}:
        arrows = {name: to for name, to in arrows.items() if name not in settled}
    assert not arrows


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_a_page_is_a_folder_that_knows_no_other_page(path: Path) -> None:
    parts = path.relative_to(ROOT).parts
    assert parts == ("app.py",) or len(parts) > 2, "Streamlit would list a file in pages/ as a page"
    mine = parts[1] if len(parts) > 2 else ""
    assert not {name for name in imports_of(path, "pages") if name.split(".")[1:2] not in ([], ["shared"], [mine])}


@pytest.mark.parametrize(("room", "ours"), [("errors", set()), ("config", {"gan_core.errors"})])
def test_what_a_run_is_and_how_it_is_refused_import_nothing_heavy(room: str, ours: set[str]) -> None:
    path = ROOT / f"gan_core/{room}.py"
    assert {name for name in imports_of(path, "gan_core", "pages", "benchmarks") if name.count(".") < 2} <= ours
    assert {name.split(".")[0] for name in imports(path)} <= sys.stdlib_module_names | {"gan_core"}


NO_TORCH = [
    p
    for p in CORE
    if room_of(p) in ("figures", "export", "theory", "config", "presets", "weights", "jobs")
    or name_of(p)
    in (
        "gan_core/run/history.py",
        "gan_core/run/watch.py",
        "gan_core/metrics/points.py",
        "gan_core/metrics/floors.py",
        "gan_core/metrics/__init__.py",
    )
]


@pytest.mark.parametrize("path", [p for p in NO_TORCH if room_of(p) not in ("jobs", "weights")], ids=name_of)
def test_pictures_numbers_and_the_past_are_numpy(path: Path) -> None:
    assert not imports_of(path, "torch", "torchvision", "gan_core.run.trainer", "gan_core.engine")


def test_importing_them_does_not_import_torch_by_a_back_door() -> None:
    modules = ", ".join(module_of(p) for p in NO_TORCH)
    code = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_neither_trains_nor_draws(path: Path) -> None:
    assert not imports_of(path, "torch", "torchvision", "plotly.graph_objects", "plotly.graph_objs", "plotly.express")


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_no_page_is_imported(path: Path) -> None:
    assert not {module_of(p) for p in PAGES} & imports(path)


def test_what_benchmarks_import_is_there() -> None:
    modules = ", ".join(module_of(p) for p in BENCHMARKS if not imports_of(p, "jax"))
    assert subprocess.run([sys.executable, "-c", f"import {modules}"], cwd=ROOT, check=False).returncode == 0


# ── randomness ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_nobody_touches_the_global_random_state(path: Path) -> None:
    legacy = {
        name for name, _ in calls(path) if name.startswith("numpy.random.") and name.split(".")[2] not in NUMPY_RANDOM
    }
    assert not offences(path, GLOBAL_SEEDS | legacy)


TEXTBOOK = ROOT / "gan_core/engine/textbook.py"  # draws as the tutorials do whose loops it has


@pytest.mark.parametrize("path", [path for path in [*CORE, *APP] if path != TEXTBOOK], ids=name_of)
def test_every_draw_names_its_generator(path: Path) -> None:
    def draws(name: str) -> bool:
        *owner, last = name.split(".")
        if owner == ["torch"]:
            return last in TORCH_DRAWS
        return last in (INIT_DRAWS if owner[-2:] == ["nn", "init"] else TENSOR_DRAWS)

    nameless = [
        f"{name_of(path)}:{call.lineno} {name}"
        for name, call in calls(path)
        if draws(name) and "generator" not in {keyword.arg for keyword in call.keywords}
    ]
    assert not nameless


# ── nothing unpickled ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_nothing_is_unpickled_or_evaluated(path: Path) -> None:
    assert not imports_of(path, *UNSAFE_MODULES)
    assert not offences(path, UNSAFE_CALLS)
    unsafe = {name for name, call in calls(path) for k in call.keywords if k.arg == "allow_pickle"}
    assert not unsafe


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_registries_hold_what_the_configuration_names() -> None:
    from gan_core.data import DISTRIBUTIONS
    from gan_core.engine.builders import ARCHITECTURES
    from gan_core.engine.losses import LOSSES
    from gan_core.engine.penalties import PENALTIES

    assert set(DISTRIBUTIONS) == set(config.POINT_DATA)
    assert set(LOSSES) == set(config.LOSSES) == set(config.options("loss"))
    for name, facts in config.LOSSES.items():
        assert LOSSES[name].facts is facts and (LOSSES[name].smoothed is not None) == facts.smoothable
    assert list(ARCHITECTURES) == list(config.ARCHITECTURES) == list(config.options("architecture"))
    assert set(PENALTIES) == set(config.PENALTIES)
    assert set(config.options("data")) == {*config.POINT_DATA, *config.IMAGE_DATA}


IMAGES_ONLY = ("architecture", "labels", "pixels", "precision")


@pytest.mark.parametrize("field", [*IMAGES_ONLY, "g_activation", "g_norm", "d_norm", "init", "optimiser", "update"])
def test_every_option_of_the_configuration_trains(field: str) -> None:
    from gan_core.run.trainer import Trainer

    small = {"batch": 8, "g_layers": (8,), "d_layers": (8,)}
    for option in config.options(field):
        images = {"data": "mnist"} if field in IMAGES_ONLY else {}
        images |= {"architecture": "dcgan"} if option == "bfloat16" else {}
        trainer = Trainer(config.RunConfig.of(**small | images | {field: option}))
        trainer.step(2)
        assert trainer.step_count == 2 and trainer.failure is None


def test_theme_and_figures_share_their_colours() -> None:
    from gan_core.figures.style import PALETTE

    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
    assert theme["chartCategoricalColors"] == list(PALETTE)
    assert len(set(PALETTE)) == 10  # with another number Streamlit ignores the list


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("requirements*.txt")))
def test_every_requirement_is_pinned(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("#", "-r "))]
    assert lines and all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", line) for line in lines)


def test_the_readme_sets_up_with_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "pip install -r requirements.txt && streamlit run app.py" in readme
    assert "pip install -r requirements-dev.txt && pytest" in readme


def test_the_records_whose_commands_are_listed_are_there() -> None:
    listed = re.findall(r"`(\w+\.json)`", (ROOT / "CONTRIBUTING.md").read_text().partition("## Records")[2])
    assert len(listed) >= 8 and all((ROOT / "gan_core/records" / name).is_file() for name in listed)


# ── every module has its tests ───────────────────────────────────────────────────────────────────────────────────────

TESTED_UNDER_ANOTHER_NAME = {"gan_core/__main__.py": "tests/gan_core/test_cli.py"}  # after what a person types


@pytest.mark.parametrize("path", [path for path in CORE if path.name != "__init__.py"], ids=name_of)
def test_a_module_has_a_test_file_of_its_name(path: Path) -> None:
    usual = f"tests/{path.parent.relative_to(ROOT)}/test_{path.name}"
    assert (ROOT / TESTED_UNDER_ANOTHER_NAME.get(name_of(path), usual)).is_file()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_has_a_test_file_of_its_name(path: Path) -> None:
    assert (ROOT / f"tests/pages/test_{path.parent.name}.py").is_file()


def test_scripts_that_are_joined_declare_a_name_once() -> None:
    """Twice, the browser refuses the whole module, and what it draws is not there."""
    from pages.shared.views import drag
    from pages.shared.views.live import component

    for code in (drag.drawing_code(), component.drawing_code()):
        declared = re.findall(r"^(?:async )?(?:function\*?|const|let|class) +(\w+)", code, re.MULTILINE)
        assert len(declared) > 50 and sorted(declared) == sorted(set(declared))


# ── what a page's state calls things ─────────────────────────────────────────────────────────────────────────────────


SAME_IN_TWO = {"predict"}  # what was predicted, which the riddles count too


def _key_of_choices(node: ast.AST) -> list[ast.expr]:
    """What an expression takes for a key of some PageState.choices."""

    def choices(of: ast.expr) -> bool:
        return isinstance(of, ast.Attribute) and of.attr == "choices"

    match node:
        case ast.Subscript(value=of, slice=key) if choices(of):
            return [key]
        case ast.Call(func=ast.Attribute(value=of), args=[key, *_]) if choices(of):
            return [key]
        case ast.Call(args=[ast.Attribute(value=of), key, *_]) if choices(of):  # partial(….__setitem__, key)
            return [key]
        case ast.Compare(left=key, comparators=[of]) if choices(of):
            return [key]
        case ast.AugAssign(target=of, value=ast.Dict(keys=keys)) if choices(of):
            return [key for key in keys if key is not None]
    return []


def _begins(key: ast.expr, constants: dict[str, str]) -> str | None:
    """How a key begins that is a word, or a tuple that begins with one; None for a name of elsewhere."""
    match key:
        case ast.Constant(value=str(word)):
            return word
        case ast.Name(id=name):
            return constants.get(name)
        case ast.Tuple(elts=[first, *_]):
            return _begins(first, constants)
    return None


def test_a_key_of_a_pages_choices_means_one_thing() -> None:
    """All parts of a page share them: two that call different things alike find each other's."""
    owners: dict[str, set[str]] = {}
    for path in APP:
        constants: dict[str, str] = {}
        for node in tree(path).body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(word))):
                    constants[name] = word
                case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=words)):
                    pairs = zip(names, words, strict=True)
                    constants |= {
                        n.id: w.value for n, w in pairs if isinstance(n, ast.Name) and isinstance(w, ast.Constant)
                    }
        for node in ast.walk(tree(path)):
            for key in _key_of_choices(node):
                if (word := _begins(key, constants)) is not None:
                    owners.setdefault(word, set()).add(name_of(path))
    assert {"sample", "scores_sample", "predict", "member"} <= owners.keys()
    shared = {word: paths for word, paths in owners.items() if len(paths) > 1}
    assert shared.keys() <= SAME_IN_TWO, shared


# ── numbers as they are read ─────────────────────────────────────────────────────────────────────────────────────────

SHOWN = [
    *(path for path in APP if path.name != "script.py"),  # a script says what a program prints
    *(path for path in CORE if room_of(path) in ("errors", "figures", "export", "recordings")),
]
AS_A_PROGRAM_READS_THEM = {  # by file and function
    "gan_core/errors.py <module>": "the limits of a setting, as they are typed into an address",
    "gan_core/export/svg.py _alpha": "an attribute of a file",
    "gan_core/export/tables.py _written": "a cell of a CSV file",
    "pages/shared/controls/options.py text": "what stands in an address",
    "pages/shared/controls/fields.py field": "a text that is typed, and read again",
    "pages/shared/controls/saved.py _points": "a CSV file",
    "pages/shared/controls/files.py _preview": "what was read of a visitor's table, where a comma would be in doubt",
}
ANY_NUMBER = re.compile(r"\{[^{}]*:[^{}]*g\}")  # {x:.3g}, %{y:.4g}: 5e-05 and 2.56e+04


def _written(node: ast.AST, inside: str = "<module>") -> Iterator[tuple[str, int]]:
    """(function, line) of every format that may write an exponent, but for the words of exceptions."""
    if isinstance(node, ast.Raise):
        return
    if isinstance(node, ast.FunctionDef):
        inside = node.name
    spec = node.format_spec if isinstance(node, ast.FormattedValue) else None
    general = isinstance(spec, ast.JoinedStr) and ast.unparse(spec).rstrip("'\"").endswith("g")
    if general or (isinstance(node, ast.Constant) and isinstance(node.value, str) and ANY_NUMBER.search(node.value)):
        yield inside, node.lineno  # type: ignore[attr-defined]
    for child in ast.iter_child_nodes(node):
        yield from _written(child, inside)


def test_what_is_shown_has_numbers_as_they_are_read() -> None:
    """`numerals.number` writes them, and d3's `~r` at the pointer; a `g` writes 8.22e-04."""
    found = {f"{name_of(path)} {function}" for path in SHOWN for function, _ in _written(tree(path))}
    assert found == set(AS_A_PROGRAM_READS_THEM)
