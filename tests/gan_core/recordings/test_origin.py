"""What a file says of where it comes from."""

from __future__ import annotations

from gan_core.config import RunConfig
from gan_core.engine.version import VERSION
from gan_core.recordings.origin import FORMAT, Origin


def test_two_files_of_something_else_have_two_digests() -> None:
    one, other = (RunConfig(),), (RunConfig().replace(seed=1),)
    found = [
        Origin(), Origin(one), Origin(other), Origin(one, weights="a"), Origin(one, weights="b"), Origin(one, (1,)),
        Origin(one, engine=VERSION + 1),
    ]  # fmt: skip
    assert len({origin.digest for origin in found}) == len(found) and Origin(one).digest == Origin(one).digest


def test_a_file_names_its_runs_and_only_what_was_drawn_from_weights_names_them() -> None:
    trained, drawn = Origin((RunConfig(),)).said("ring"), Origin((RunConfig(),), weights="abc").said("walk")
    assert (trained["format"], trained["engine"], trained["name"]) == (FORMAT, VERSION, "ring")
    assert "weights" not in trained and drawn["weights"] == "abc"
    assert RunConfig.from_query(trained["queries"][0]) == RunConfig()
