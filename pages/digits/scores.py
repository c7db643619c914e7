"""The section "Scores": all finished runs in one table beside real digits, copies of training digits and makers without
skill, and what is said of one run: which digits it makes, and whether it shows training digits again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from gan_core.engine.version import VERSION as ENGINE
from gan_core.errors import CheckpointError
from gan_core.metrics.scored import ESTIMATES
from pages.digits import models
from pages.shared.play import shelf
from pages.shared.shell import notices, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import code, images, live, statistics, tables
from pages.shared.views.figures import plot

if TYPE_CHECKING:
    from gan_core.zoo.checkpoints import Card, Replay
    from gan_core.zoo.scores import Row

RANGED = ("fid",)  # scores whose ends stand in the table too; `python -m gan_core scores` has those of all
SHARES = ("precision", "coverage")  # of the picture
CHOSEN = "scores_sample"  # in PageState.choices: which sample is looked at closely
FAR = 3.0  # of C_T: clearly farther from the training digits than held-out ones are


def section(page: PageState) -> None:
    """What each run gains and lacks; beside it what one of them makes, and below the table and its samples."""
    with stage.settings():
        name = models.run_picker(page, models.names())
    rows, broken = _rows()
    for error in broken:
        notices.error(error)
    known = _replay(name)
    with stage.begin():
        if runs := [row for row in rows if row.kind == "run"]:
            with stage.area("verdict"):
                statistics.said("digits-scores", _said(rows[0], runs))
            with stage.picture(filled=True):
                _trade_off(rows)
        if known is not None:
            with stage.rail():
                _made(known[0])
        with stage.below():
            if runs:
                _table(rows)
            if known is not None:
                _samples(page, *known)
    if known is not None:
        code.expander(page, ("fid", "manifolds"), (), finished=known[0].name)


def _said(real: Row, runs: list[Row]) -> str:
    """Which run comes nearest to real digits, and how many draw as well, or as diversely, as those."""
    best = min(runs, key=lambda row: row.cells["fid"][0])
    reached: dict[str, Any] = {
        score: sum(row.cells[score][0] >= real.cells[score][1] for row in runs) for score in SHARES
    }
    return t("digits.scores_said", best=_title(best), fid=best.text("fid", ends=False), real=real.text("fid"),
             runs=len(runs), **reached)  # fmt: skip


def _replay(name: str | None) -> tuple[Card, Replay] | None:
    """The chosen run; None, with a sentence, where it cannot be read."""
    try:
        return None if name is None else shelf.replay(name)
    except CheckpointError as error:
        notices.error(error)
        return None


def _rows() -> tuple[list[Row], list[CheckpointError]]:
    """The yardsticks and the runs whose cards can be read, and why each of the others cannot."""
    from gan_core.zoo import scores

    rows, broken = scores.yardsticks(), []
    for name in models.names():
        try:
            rows.append(scores.run(models.card(name)))
        except CheckpointError as error:
            broken.append(error)
    return rows, broken


def _title(row: Row) -> str:
    return models.run_title(row.name) if row.kind == "run" else t(f"digits.row_{row.name}")


def _table(rows: list[Row]) -> None:
    """A row each; a run's score that real digits get too is bold."""
    from gan_core.metrics.yardsticks import shipped

    def cell(row: Row, score: str) -> str:
        text = row.text(score, ends=score in RANGED)
        _, low, high = rows[0].cells[score]
        return f"**{text}**" if row.kind == "run" and low <= row.cells[score][0] <= high else text

    lines = [[_title(row), *(cell(row, score) for score in ESTIMATES)] for row in rows]
    head = ["", *(t(f"digits.score_{score}") for score in ESTIMATES)]
    known = shipped()
    n, draws, makers = (f"{known[name]:,}" for name in ("samples", "draws", "maker_draws"))
    st.markdown(f"**{t('digits.table')}**", help=t("digits.table_help", n=n, draws=draws, makers=makers))
    with st.container(key="digits-scores-dense"):
        tables.show(head, lines, grey={i for i, row in enumerate(rows) if row.kind != "run"})
    st.caption(" ".join(filter(None, (t("digits.table_note", n=n), _better(rows)))))
    with st.expander(t("digits.about_scores"), icon=":material/help:"):
        told = [f"- **{t(f'digits.score_{score}')}**: {t(f'digits.score_{score}_help')}" for score in ESTIMATES]
        st.markdown("\n".join(told))
        st.markdown(t("digits.judge_card", **_judge_words()))


def _better(rows: list[Row]) -> str:
    """Which scores of the runs are better than those of real digits, and why, in sentences."""
    from gan_core.metrics.floors import Range

    scored = {_title(row): {score: row.cells[score][0] for score in ESTIMATES} for row in rows if row.kind == "run"}
    real = {score: Range(*rows[0].cells[score]) for score in ESTIMATES}
    return tables.flattered(scored, real, lambda score: t(f"digits.score_{score}"))


def _judge_words() -> dict[str, str]:
    from gan_core.weights import read_card

    card = read_card("judge")
    return {"accuracy": f"{card['accuracy']:.2%}", "n": f"{card['test_digits']:,}"}


def _trade_off(rows: list[Row]) -> None:
    """Precision beside coverage: a run that makes one good digit for ever is at the lower right."""
    from gan_core.figures import digits as figures

    def values(score: str, kind: str = "run") -> list[float]:
        return [row.cells[score][0] for row in rows if row.kind == kind]

    figure = figures.trade_off(
        [_title(row) for row in rows if row.kind == "run"], values("precision"), values("coverage"),
        (rows[0].cells["precision"][0], rows[0].cells["coverage"][0]),
        labels={name: t(f"digits.trade_off_{name}") for name in figures.TRADE_OFF},
    )  # fmt: skip
    plot(figure, key="digits-trade-off", fills=True)


def _made(card: Card) -> None:
    """Which digits a run makes."""
    from gan_core.figures import digits as figures

    made = sum(count >= 0.01 * card.samples for count in card.classes)
    kl = card.scores["class_kl"]
    words = {end: f"{getattr(kl, end):.3f}" for end in ("floor", "low", "high")}
    st.markdown(f"**{models.run_title(card.name)}**")
    st.caption(t("digits.verdict", made=made, n=f"{card.samples:,}", kl=f"{kl.value:.3f}", sets=len(card.sample_seeds),
                 **words))  # fmt: skip
    figure = figures.classes(
        card.classes, images.shares(card.config.data.data),
        labels={name: t(f"digits.classes_{name}") for name in figures.CLASSES},
    )  # fmt: skip
    plot(figure, key="digits-verdict-classes")


def _samples(page: PageState, card: Card, recorded: Replay) -> None:
    """Samples of a run, and whether it shows training digits again."""
    fake, key = recorded.fake[-1], "digits-verdict-samples"
    chosen = min(page.choices.get(CHOSEN, 0), len(fake) - 1)

    def clicked(index: int) -> None:
        page.choices[CHOSEN] = index

    left, right = st.columns([1, 1], gap="medium")
    with left:
        st.markdown(f"**{t('digits.grid')}**", help=t("digits.grid_help"))
        live.digits(
            key, fake, columns=10, upscale=2, selectable=True, selected=chosen, on_select=clicked,
            summary=t("digits.grid_summary", step=f"{card.steps:,}"),
        )  # fmt: skip
    with right:
        st.markdown(f"**{t('digits.neighbours')}**", help=t("digits.neighbours_help"))
        images.nearest("digits-verdict-neighbours", fake[chosen])
        st.caption(t("digits.neighbours_among"))
        _memory(card)
    st.caption(t("digits.rebuild", licence=card.licence, engine=card.versions.get("engine", "–"), now=ENGINE))
    st.code(f"python -m gan_core build-pretrained {card.name}", language="bash")


def _memory(card: Card) -> None:
    """Whether training digits are shown again: both tests, what they were searched among, and how far to trust them."""
    from gan_core.metrics.yardsticks import shipped

    found, known = card.copying, shipped()
    nearest, share = card.scores["nearest"], known["copying"]["held_out"]
    words = {
        "n": f"{found.n:,}", "searched": f"{found.searched:,}", "ratio": f"{nearest.value / nearest.floor:.2f}",
        "nearest": f"{nearest.value:.2f}", "real": f"{nearest.floor:.2f}", "c_t": f"{found.c_t:+.1f}".replace("-", "−"),
        "near": f"{found.near:,}", "expected": f"{found.near_expected:.0f}", "same": f"{found.same:,}",
    }  # fmt: skip
    verdict = "memory_copies" if found.copies else "memory_far" if found.c_t > FAR else "memory_alike"
    st.markdown(f"**{t(f'digits.{verdict}', **words)}** {t('digits.memory', **words)}")
    generated = known["copying"].get("generated", share)
    rates = {
        "alarm": f"{share['0']['either']:.1%}", "found": f"{generated['0.05']['either']:.0%}",
        "c_t_found": f"{share['0.05']['c_t']:.0%}", "c_t_generated": f"{generated['0.05']['c_t']:.0%}",
        "sets": f"{known['seeds']:,}", "size": f"{known['samples']:,}",
    }  # fmt: skip
    st.caption(t("digits.memory_trust", **rates))
