"""A score, and whether real digits score like this too."""

from gan_core.metrics.scored import ESTIMATES, SURE, Copying, ImageScores, Score


def test_a_score_within_the_middle_of_real_ones_is_as_real() -> None:
    assert Score(4.0, 4.2, 3.0, 6.0).as_real and not Score(6.1, 4.2, 3.0, 6.0).as_real


def test_either_test_is_enough_for_copies() -> None:
    def copying(c_t_p: float, near_p: float) -> bool:
        return Copying(10, 0.0, c_t_p, 0, 0.0, near_p, 0, 10).copies

    assert copying(SURE / 2, 1) and copying(1, SURE / 2) and not copying(2 * SURE, 2 * SURE)


def test_scores_by_name() -> None:
    score = Score(1.0, 2.0, 1.5, 2.5)
    found = ImageScores(
        10, copying=Copying(10, 0, 1, 0, 0, 1, 0, 5), classes=(1,) * 10, **dict.fromkeys(ESTIMATES, score)
    )
    assert found.estimates == dict.fromkeys(ESTIMATES, score)
