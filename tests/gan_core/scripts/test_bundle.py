"""A bundle stands by itself, and what it writes out in place of SciPy gives SciPy's numbers."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, spatial, special

from gan_core.scripts.bundle import STAND_INS, bundle
from gan_core.theory import dirac
from gan_core.theory.distributions_1d import GaussianMixture
from gan_core.theory.divergences_1d import compare
from gan_core.theory.transport import sinkhorn
from tests.gan_core.scripts.made import module


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[[str], Callable]:
    def found(name: str) -> Callable:
        made = module(f"import numpy as np\nimport torch\n\n{STAND_INS[name]}", tmp_path)
        return getattr(made, name.rsplit(".", 1)[1])

    return found


@pytest.mark.parametrize("name", ["ndtr", "erf", "expit", "log_expit"])
def test_special_functions_are_scipys(name: str, stand_in: Callable) -> None:
    x = np.concatenate([np.linspace(-8, 8, 401), [-30.0, 30.0, -np.inf, np.inf]])
    assert stand_in(f"scipy.special.{name}")(x) == pytest.approx(getattr(special, name)(x), rel=1e-12, abs=1e-300)


def test_sums_and_entropies_are_scipys(stand_in: Callable) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.random((2, 5, 7))
    x[0, 0] = y[0, 1] = 0.0
    assert stand_in("scipy.special.rel_entr")(x, y) == pytest.approx(special.rel_entr(x, y), rel=1e-13, abs=1e-15)
    with np.errstate(divide="ignore"):
        logs = np.log(x)
    expected = special.logsumexp(logs, axis=-1)
    assert stand_in("scipy.special.logsumexp")(logs, axis=-1) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("n", [1, 2, 40])
def test_pairs_and_distances_are_scipys(n: int, stand_in: Callable) -> None:
    x, y = np.random.default_rng(n).standard_normal((2, n, 2))
    cost = stand_in("scipy.spatial.distance.cdist")(x, y)
    assert cost == pytest.approx(spatial.distance.cdist(x, y), rel=1e-13)
    mine = stand_in("scipy.optimize.linear_sum_assignment")(cost)
    theirs = optimize.linear_sum_assignment(cost)
    assert sorted(mine[1]) == list(range(n)) and cost[mine].sum() == pytest.approx(cost[theirs].sum(), rel=1e-12)


@pytest.mark.parametrize(
    "wanted", [(compare, GaussianMixture), (dirac.simulate,), (sinkhorn,)], ids=lambda wanted: wanted[0].__name__
)
def test_a_bundle_needs_torch_and_numpy_only(wanted: tuple, tmp_path: Path) -> None:
    imports, text = bundle(wanted)
    modules = {str(node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
               for node in ast.parse(imports).body}  # fmt: skip
    assert modules - sys.stdlib_module_names <= {"numpy", "torch"} and "gan_core" not in text
    assert {one.__name__ for one in wanted} <= set(vars(module(f"{imports}\n\n{text}", tmp_path)))
