"""Scripts of sections without runs: a file for torch and numpy only that computes what the page shows, set as it is."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gan_core import theory
from gan_core.presets import PRESETS
from gan_core.recordings.registry import RECORDED
from gan_core.scripts import studies, textbook
from gan_core.scripts.calculations import Calculation, notebook, script
from gan_core.theory import dirac
from gan_core.theory.distributions_1d import GaussianMixture, Sample
from gan_core.theory.divergences_1d import compare, fit_gaussian
from pages.convergence import balance
from pages.convergence import options as convergence
from pages.convergence import script as of_convergence
from pages.distances import fit, plane, size
from pages.distances import options as distances
from pages.distances import script as of_distances
from pages.shared.controls.options import put
from pages.shared.shell.state import PageState
from pages.vanishing import options as vanishing
from pages.vanishing import script as of_vanishing
from pages.vanishing.helps import HELPS
from pages.wgan import options as wgan
from pages.wgan import script as of_wgan
from tests.gan_core.scripts.made import difference, module


def page_of(name: str, options: dict, **chosen: object) -> PageState:
    page = PageState(name, None, None, options=options)  # type: ignore[arg-type]
    for one, value in chosen.items():
        put(page, one, value)
    return page


@pytest.fixture
def ran(tmp_path: Path) -> Callable[[Calculation | None], dict]:
    """What the script of a calculation leaves behind; its notebook runs, too."""

    def found(of: Calculation | None) -> dict:
        assert of is not None
        text = script(of)
        tree = ast.parse(text)
        imported = {(n.names[0].name if isinstance(n, ast.Import) else str(n.module)).split(".")[0]
                    for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))}  # fmt: skip
        assert imported - sys.stdlib_module_names <= {"numpy", "torch"} and "scipy" not in text
        cells = [c for c in json.loads(notebook(of))["cells"] if c["cell_type"] == "code"]
        assert "".join(cells[-1]["source"]).strip() == of.code.strip()
        with contextlib.redirect_stdout(io.StringIO()):
            return vars(module(text, tmp_path))

    return found


def of_section(ran: Callable, section: str, **chosen: object) -> dict:
    return ran(of_distances.calculation(page_of("distances", distances.OPTIONS, **chosen), section))


@pytest.mark.parametrize("kind", distances.OF)
def test_the_script_of_a_line_gives_its_distances(kind: str, ran: Callable) -> None:
    numbers = np.random.default_rng(0).normal(size=(300, 1))
    brought = type("Brought", (), {"result": numbers})()
    page = page_of("distances", distances.OPTIONS, line_p_kind=kind, line_q_mean=1.5)
    page.choices["file", "line-p"] = brought
    found = ran(of_distances.calculation(page, "line"))
    expected = compare(found["p"] if kind == "bars" else {
        "gaussian": GaussianMixture.gaussian(-2.5, 0.3), "sample": Sample(numbers[:, 0]),
        "two": GaussianMixture(np.array([0.5, 0.5]), np.array([-2.5, 2.0]), np.array([0.3, 0.5])),
    }[kind], GaussianMixture.gaussian(1.5, 0.3), 30)  # fmt: skip
    for name in distances.NAMES:
        assert found["found"][name] == pytest.approx(getattr(expected, name), rel=1e-9, abs=1e-12), name
    assert found["p_x"].shape == found["F"].shape == found["x"].shape


@pytest.mark.parametrize("kind", ["gaussian", "ring", "sample"])
def test_the_script_of_the_plane_gives_its_distances(kind: str, ran: Callable) -> None:
    from gan_core.theory.gaussians_2d import Normals, plane_grid
    from gan_core.theory.transport import sinkhorn

    points = np.random.default_rng(0).normal(size=(90, 2))
    brought = type("Brought", (), {"result": points, "wishes": type("Wishes", (), {"apart": False})()})()
    page = page_of("distances", distances.OPTIONS, plane_p_kind=kind, samples=32)
    page.choices["file", "plane-p"] = brought
    found = ran(of_distances.calculation(page, "plane"))
    q = Normals.gaussian((1.0, 0.5), (0.8, 0.8), 30)
    shaped = {"gaussian": Normals.gaussian((0.0, 0.0), (1.0, 0.5), 30), "ring": Normals.ring(8, 8, 2.0, 0.2)}
    p = shaped.get(kind, points)
    x, y = plane._draws(p, q, 32)
    assert np.array_equal(found["x"], x) and np.array_equal(found["y"], y)
    if kind == "sample":
        expected = {name: measure(points, y) for name, measure in plane.measures().items() if name == "jsd"}
    else:
        expected = {name: value for name, value in plane_grid(p, q).integrals().items() if name in ("jsd", "tv")}
    expected |= {"w1": plane.measures()["w1"](x, y), "sinkhorn": sinkhorn(x, y, 0.2).raw}
    for name, value in expected.items():
        assert found["found"][name] == pytest.approx(value, rel=1e-9), name


@pytest.mark.slow
def test_the_scripts_of_fit_size_and_game_give_the_pages_arrays(ran: Callable) -> None:
    paths = of_section(ran, "fit", fit_distance=3.0)["paths"]
    target = GaussianMixture(np.full(2, 0.5), np.array([-1.5, 1.5]), np.full(2, 0.6))
    for name, path in paths.items():
        expected = fit_gaussian(target, name, (0.5, 1.0), fit.FIT_STEPS)
        assert path.means == pytest.approx(expected.means, abs=1e-9) and path.values == pytest.approx(expected.values)
    found = of_section(ran, "size", measure="kl", size_distance=0.5, bins=20)
    assert found["truth"] == pytest.approx(size.exact("kl", 0.5))
    tasks = size.tasks("kl", 0.5, 20)
    for name in ("different", "same"):
        assert found[name] == pytest.approx(np.array([tasks[n, name]() for n in size.SIZES]))
    for path in ("zero", "half"):
        found = of_section(ran, "game", game_path=path, game_distance=1.0)
        assert found["best"] == pytest.approx(float(theory.optimal_value(theory.gaussian_jsd(1.0))))
        assert found["values"][-1 if path == "zero" else 40] == pytest.approx(found["best"], abs=1e-6)  # D = D*


BALANCED = [
    {"loss": "hinge", "d_lr": 3e-3}, {"d_steps": 3, "r1": 1.0}, {"skip_d_below": 1.0, "label_smoothing": 0.1},
    {"d_dropout": 0.5},
]  # fmt: skip


@pytest.mark.parametrize("chosen", BALANCED, ids=str)
def test_the_script_of_two_players_is_the_run_of_the_section(chosen: dict, tmp_path: Path) -> None:
    page = PageState("convergence", balance.DEFAULT, balance.DEFAULT.replace(**chosen), options=convergence.OPTIONS)
    (config,) = of_convergence.runs(page, "two")
    assert difference(config.replace(batch=16), 6, tmp_path) < 1e-9


@pytest.mark.parametrize("number", range(1, len(convergence.RIDDLES) + 1))
def test_a_riddles_script_is_its_run_and_is_told_after_the_guess(number: int, tmp_path: Path) -> None:
    from gan_core.studies.riddles import shipped

    page = page_of("convergence", convergence.OPTIONS, riddle=number)
    assert of_convergence.runs(page, "losses") == ()
    page.choices["predict", "riddle", str(number)] = "a guess"
    (config,) = of_convergence.runs(page, "losses")
    told = shipped()[list(convergence.RIDDLES)[number - 1]]
    points = np.array(told["points"], np.float32) if "points" in told else None
    assert config.to_query() == told["query"] or config == type(config).from_query(told["query"])
    assert difference(config, 3, tmp_path, points=points) < 1e-6


@pytest.mark.parametrize("number", range(len(RECORDED["critic"].configs)))
def test_the_script_of_a_critic_is_its_run(number: int, tmp_path: Path) -> None:
    assert difference(RECORDED["critic"].configs[number].replace(batch=16), 4, tmp_path) < 1e-9


@pytest.mark.parametrize("update", convergence.TURNS)
@pytest.mark.parametrize("variant", dirac.VARIANTS)
def test_the_script_of_the_smallest_gan_makes_its_paths(variant: str, update: str, ran: Callable) -> None:
    page = page_of("convergence", convergence.OPTIONS, a=variant, update=update, steps=100)
    found = ran(of_convergence.calculation(page))
    more = {"n_d": 1, "n_g": 1, "d_first": 0} if convergence.TURNS[update] else {}
    for side, one in (("a", variant), ("b", "r1")):
        path = dirac.simulate(one, start=(1.0, 1.0), step_size=0.2, steps=100, update=update, beta1=0.0, **more)
        assert np.array_equal(found["paths"][side], path, equal_nan=True)


def test_the_scripts_of_vanishing_and_wgan_give_what_is_exact(ran: Callable) -> None:
    found = ran(of_vanishing.curves(page_of("vanishing", vanishing.OPTIONS)))
    assert found["gradients"][0] == pytest.approx(theory.minimax_gradient(found["logits"]))
    found = ran(of_vanishing.distance(page_of("vanishing", vanishing.OPTIONS)))
    assert found["minimax"] == pytest.approx(float(theory.gaussian_gradients(3.0)[1]))
    assert found["curves"]["jsd"] == pytest.approx(theory.gaussian_jsd(found["distances"]), abs=1e-12)
    for pair in ("gaussians", "mixture"):
        found = ran(of_wgan.line(page_of("wgan", wgan.OPTIONS["line"], pair=pair)))
        assert found["best"]["critic"].shape == found["x"].shape
    found = ran(of_wgan.lines(page_of("wgan", wgan.OPTIONS["lines"], theta=0.5)))
    assert found["found"] == vars(theory.parallel_lines(0.5))


@pytest.mark.parametrize("section", of_vanishing.STUDIES)
def test_what_vanishing_trains_is_a_script_with_the_pages_settings(section: str) -> None:
    page = PageState("vanishing", PRESETS["vanishing"].config, PRESETS["vanishing"].config, options=vanishing.OPTIONS)
    made = of_vanishing.STUDIES[section](page)
    assert len(made) == {"frozen": 1, "distance": 1, "helps": 1 + len(HELPS)}[section]
    for name, one in made.items():
        text = studies.script(one)
        ast.parse(text)
        assert name and f"{one.config.train.seed}, {one.config.train.steps}, " in text
        if section != "distance":
            base = vanishing.experiment_config(page).replace(loss=one.config.train.loss)
            assert one.config.train.members == base.train.members and one.config.data == base.data


@pytest.mark.parametrize(("pair", "theta"), [("gaussians", 0.5), ("mixture", -1.0)])
def test_what_wgan_trains_is_a_script_with_the_pages_settings(pair: str, theta: float) -> None:
    default = wgan.DEFAULTS["line"]
    page = PageState("wgan-line", default, default, options=wgan.OPTIONS["line"])
    put(page, "pair", pair)
    duels = of_wgan.STUDIES["line"](page)
    means = {"gaussians": "((0.0,), 0.5), ((4.0,), 0.5)", "mixture": "((-2.0, 2.0), 0.5), ((2.0,), 0.5)"}[pair]
    assert len(duels) == 3 and all(f"P, Q = {means}" in studies.script(one) for one in duels.values())
    page = PageState("wgan-lines", default, default, options=wgan.OPTIONS["lines"])
    put(page, "theta", theta)
    games = of_wgan.STUDIES["lines"](page)
    assert len(games) == 4 and all(f"THETA, WARM_UP = {theta}, 200" in studies.script(one) for one in games.values())


def test_every_cell_of_the_map_is_a_script() -> None:
    page = page_of("convergence", convergence.OPTIONS, map_x="batch", map_y="r1", map_cells=6, map_seeds=2)
    cells = of_convergence.runs(page, "map")
    assert len(cells) == 36 and {one.train.members for one in cells} == {2}
    assert len({(one.train.batch, one.train.r1) for one in cells}) == 36
    ast.parse(textbook.script(cells[-1]))
