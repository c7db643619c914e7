"""What each section of the page "Distances" computes, as a script of what it is set to."""

from __future__ import annotations

from typing import Any

from gan_core.scripts.calculations import Calculation, array
from pages.distances import line
from pages.distances.fit import FIT_STEPS
from pages.distances.line import EDGES, POINTS
from pages.distances.options import OF, OF_PLANE, SIDES, SIZES, Side
from pages.distances.shapes import OWN, numbers_of
from pages.distances.size import REPETITIONS
from pages.shared.controls import files, options
from pages.shared.shell.state import PageState

# section → what is shown of its lines: topics of gan_core.scripts.sources
TOPICS: dict[str, tuple[str, ...]] = {
    "line": ("divergences", "on_line"), "plane": ("in_plane", "sinkhorn", "w1", "jsd"), "fit": ("fit", "divergences"),
    "size": ("samples", "divergences"), "game": ("optimum",),
}  # fmt: skip

TITLES = {"line": "on a line", "plane": "in the plane", "fit": "cover or seek", "size": "signal or noise",
          "game": "the value of the game"}  # fmt: skip


def calculation(page: PageState, section: str) -> Calculation | None:
    """None while a visitor's numbers are missing."""
    functions, code = {"line": _line, "plane": _plane, "fit": _fit, "size": _size, "game": _game}[section](page)
    return Calculation(f"Distances: {TITLES[section]}", functions, code, TOPICS[section]) if code else None


def _value(page: PageState, name: str) -> Any:
    return options.value(page, name)


def _own(page: PageState, place: str, side: Side) -> str:
    """The expression of a visitor's numbers, "" while there are none."""
    brought = page.choices.get(files.kept(numbers_of(place, side)))
    return "" if brought is None or brought.result is None else array(brought.result)


# ── on a line ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _on_line(page: PageState, side: Side) -> str:
    kind = _value(page, f"line_{side}_kind")
    get = [_value(page, f"line_{side}_{name}") for name in OF[kind]]
    if kind == OWN:
        values = _own(page, "line", side)
        return f"Sample({values})" if values else ""
    if kind == "bars":
        _, heights = "bars", tuple(_value(page, f"line_{side}_heights"))
        shown = line.distribution("bars", heights)
        return f"Histogram(np.array({list(EDGES)}), np.array({shown.masses.tolist()}))"  # type: ignore[attr-defined]
    if kind == "gaussian":
        return f"GaussianMixture.gaussian({get[0]}, {get[1]})"
    mean, std, mean2, std2, weight2 = get
    weights, means, stds = [1 - weight2, weight2], [mean, mean2], [std, std2]
    return f"GaussianMixture(np.array({weights}), np.array({means}), np.array({stds}))"


def _line(page: PageState) -> tuple[tuple[Any, ...], str]:
    from gan_core.theory.distributions_1d import GaussianMixture, Histogram, Sample
    from gan_core.theory.divergences_1d import compare, densities, transport

    p, q = (_on_line(page, side) for side in SIDES)
    own = any(_value(page, f"line_{side}_kind") == OWN for side in SIDES)
    bins = _value(page, "bins_of_samples") if own else 30
    kinds = {GaussianMixture, *(k for k, name in ((Histogram, "bars"), (Sample, OWN))
                                if name in [_value(page, f"line_{side}_kind") for side in SIDES])}  # fmt: skip
    functions = (*sorted(kinds, key=lambda one: one.__name__), compare, densities, transport)
    return (
        functions,
        p
        and q
        and f"""p = {p}
q = {q}
BINS = {bins}  # of what has no density: a histogram of the sample
found = vars(compare(p, q, BINS))
for name in ("kl_pq", "kl_qp", "jsd", "tv", "w1", "w2"):
    print(f"{{name:>6}} {{found[name]:.6g}}")

# the curves: both densities, both distribution functions, and where the mass at each quantile of p goes
low, high = min(p.window[0], q.window[0]), max(p.window[1], q.window[1])
x = np.linspace(low, high, {POINTS})
p_x, q_x = (np.exp(one.log_pdf(x)) for one in densities(p, q, BINS))
F, G = p.moments(x)[0], q.moments(x)[0]
leaves, arrives = transport(p, q, (np.arange({line.QUANTILES}) + 0.5) / {line.QUANTILES})
""",
    )


# ── in the plane ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _in_plane(page: PageState, side: Side) -> str:
    kind = _value(page, f"plane_{side}_kind")
    get = {name: _value(page, f"plane_{side}_{name}") for name in OF_PLANE[kind]}
    if kind == OWN:
        return _own(page, "plane", side)
    if kind == "ring":
        return f"Normals.ring(8, {get['kept']}, {get['radius']}, {get['std']})"
    return f"Normals.gaussian(({get['x']}, {get['y']}), ({get['std_long']}, {get['std_short']}), {get['angle']})"


SCALED = """unit = np.concatenate([one for one in (p, q) if isinstance(one, np.ndarray)]).std(axis=0)
unit = np.where(unit > 0, unit, 1.0)  # each column in units of its standard deviation
p, q = (one / unit if isinstance(one, np.ndarray) else one for one in (p, q))
"""
OF_DENSITIES = """found = plane_grid(p, q).integrals()
if len(p.weights) == len(q.weights) == 1:  # closed forms
    a, b = (p.means[0], p.covariances[0]), (q.means[0], q.covariances[0])
    found |= {"kl_pq": kl_normals(*a, *b), "kl_qp": kl_normals(*b, *a), "w2": w2_normals(*a, *b)}
found["w1"] = wasserstein1(x, y).value  # of the samples
if "w2" not in found:
    found["w2"] = matching(x, y, 2)[1]
"""
OF_SAMPLES = """first, second = (one if isinstance(one, np.ndarray) else drawn for one, drawn in ((p, x), (q, y)))
found = {
    "kl_pq": kl_divergence(first, second).value, "kl_qp": kl_divergence(second, first).value,
    "jsd": jensen_shannon(first, second).value, "w1": wasserstein1(x, y).value, "w2": matching(x, y, 2)[1],
}
"""


def _plane(page: PageState) -> tuple[tuple[Any, ...], str]:
    from gan_core.metrics.points import jensen_shannon, kl_divergence, wasserstein1
    from gan_core.theory.gaussians_2d import Normals, kl_normals, plane_grid, w2_normals
    from gan_core.theory.transport import matching, sinkhorn

    p, q = (_in_plane(page, side) for side in SIDES)
    mine = [side for side in SIDES if _value(page, f"plane_{side}_kind") == OWN]
    scaled = any(page.choices[files.kept(numbers_of("plane", side))].wishes.apart for side in mine if p and q)
    own = (jensen_shannon, kl_divergence) if mine else (plane_grid, kl_normals, w2_normals)
    functions = (*([] if len(mine) == len(SIDES) else [Normals]), *own, wasserstein1, matching, sinkhorn)
    return (
        functions,
        p
        and q
        and f"""p = {p}
q = {q}
{SCALED if scaled else ""}
# n samples of each, or as many as the smaller of them has
n = min([{_value(page, "samples")}, *(len(one) for one in (p, q) if isinstance(one, np.ndarray))])
drawn = []
for seed, one in enumerate((p, q)):
    rng = np.random.default_rng(seed)
    drawn.append(rng.permutation(one)[:n] if isinstance(one, np.ndarray) else one.draw(n, rng))
x, y = drawn

{OF_SAMPLES if mine else OF_DENSITIES}
partner, _ = matching(x, y)  # whom each x goes to
plan = sinkhorn(x, y, {_value(page, "epsilon")})  # the same with entropy
found |= {{"sinkhorn": plan.raw, "sinkhorn, debiased": plan.debiased}}
for name, value in found.items():
    print(f"{{name:>20}} {{value:.6g}}")
""",
    )


# ── one Gaussian for two modes, the sample size, the value of the game ───────────────────────────────────────────────


def _fit(page: PageState) -> tuple[tuple[Any, ...], str]:
    from gan_core.theory.distributions_1d import GaussianMixture
    from gan_core.theory.divergences_1d import fit_gaussian

    distance, weight, mean, std = (_value(page, f"fit_{name}") for name in ("distance", "weight", "mean", "std"))
    weights, means = [1 - weight, weight], [-distance / 2, distance / 2]
    return (
        (GaussianMixture, fit_gaussian),
        f"""weights, means = np.array({weights}), np.array({means})
target = GaussianMixture(weights, means, np.full(2, 0.6))
paths = {{}}
for divergence in ("kl_pq", "kl_qp", "jsd"):
    paths[divergence] = path = fit_gaussian(target, divergence, ({mean}, {std}), {FIT_STEPS})
    print(f"{{divergence}}: mean {{path.means[-1]:.3f}}, std {{path.stds[-1]:.3f}}, value {{path.values[-1]:.3f}}")
""",
    )


def _size(page: PageState) -> tuple[tuple[Any, ...], str]:
    from gan_core import theory
    from gan_core.theory.distributions_1d import GaussianMixture
    from gan_core.theory.divergences_1d import estimates, expected_floor

    measure, distance, n = (_value(page, name) for name in ("measure", "size_distance", "n"))
    bins = _value(page, "bins") if measure != "w1" else 1
    exact = {"jsd": theory.gaussian_jsd, "kl": theory.gaussian_kl, "w1": theory.gaussian_w1}[measure]
    return (
        (GaussianMixture, estimates, expected_floor, exact),
        f'''p, q = (GaussianMixture.gaussian(mean, 1.0) for mean in (0.0, {distance}))
SIZES, BINS, REPETITIONS = {SIZES}, {bins}, {REPETITIONS}
truth = float({exact.__name__}({distance}))
different = np.array([estimates(p, q, n, "{measure}", BINS, REPETITIONS) for n in SIZES])
same = np.array([estimates(p, p, n, "{measure}", BINS, REPETITIONS, seed=1) for n in SIZES])
floor = expected_floor({n}, "{measure}", BINS)
print(f"exact {{truth:.4g}}; two samples of {n:,} from one distribution are expected to be {{floor:.4g}} apart")
for n, one, other in zip(SIZES, different, same):
    print(f"{{n:>6}} samples: {{np.median(one):.4g}}, of p against p {{np.median(other):.4g}}")
''',
    )


def _game(page: PageState) -> tuple[tuple[Any, ...], str]:
    from gan_core import theory

    distance, path = _value(page, "game_distance"), _value(page, "game_path")
    share = _value(page, "game_share" if path == "zero" else "game_certainty")
    ahead = {"half": "return s * (log_p - log_q)", "zero": '''chance = s * optimal_discriminator(log_p, log_q)
    with np.errstate(divide="ignore"):
        return np.log(chance) - np.log1p(-chance)'''}[path]  # fmt: skip
    shares = {"half": "np.linspace(0.0, 3.0, 121)", "zero": "np.linspace(0.0, 1.0, 101)"}[path]
    functions = (theory.optimal_discriminator, theory.value_of_the_game, theory.gaussian_jsd, theory.optimal_value)
    return (
        functions,
        f'''x = np.linspace({min(0.0, distance) - 8}, {max(0.0, distance) + 8}, 2001)
log_p, log_q = (-((x - mean) ** 2) / 2 - np.log(2 * np.pi) / 2 for mean in (0.0, {distance}))
p, q = np.exp(log_p), np.exp(log_q)


def logit(s):
    """Of a D that is s of the way to D*."""
    {ahead}


shares = {shares}
values = np.array([value_of_the_game(logit(s), p, q, x) for s in shares])
now = float(value_of_the_game(logit({share}), p, q, x))
best = float(optimal_value(gaussian_jsd({distance})))
print(f"V(D, G) = {{now:.6g}} here, at most {{best:.6g}} = −2 ln 2 + 2 JSD")
''',
    )
