"""Every data set has its licence, and a citation repeats the run."""

import pytest

from gan_core.config import IMAGE_DATA, POINT_DATA, RunConfig
from gan_core.export.credits import DRAWN, LICENCES, citation, licence, note, notes


@pytest.mark.parametrize("data", [*POINT_DATA, *IMAGE_DATA])
def test_data_that_somebody_made_name_their_licence(data):
    config = RunConfig.of(data=data, modes=9, **({"points": "abc"} if data == "custom" else {}))
    assert (licence(config) == DRAWN) == (data not in LICENCES)
    assert data not in IMAGE_DATA or "licence" in licence(config) or "CC BY-SA" in licence(config)


def test_a_citation_is_one_line_with_the_run():
    config = RunConfig.of(data="grid", modes=25, seed=7, members=3)
    assert "data=grid&modes=25" in citation(config) and "seeds 7 to 9" in citation(config)
    assert "\n" not in citation(config) and citation(config) in note(config)


def test_figures_of_no_run_name_the_program_the_data_and_what_makes_them_again():
    said = notes((), "python -m gan_core export --page distances")
    assert DRAWN in said and "CC BY-SA" in said and said.endswith("--page distances\n") and "Data: " in notes(())
