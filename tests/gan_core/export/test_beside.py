"""Several runs in one figure have a name and a panel each, on the same axes."""

from gan_core.export.beside import beside
from gan_core.export.drawing import Picture, Text
from gan_core.export.look import Look


def words(drawing):
    return [mark.text for mark in drawing.marks if isinstance(mark, Text)]


def test_every_run_has_its_panel_and_its_name(run):
    runs = [run("points"), run("many")]
    found = beside(runs, ["few", "many of them"])
    assert {"picture", "losses", "outputs", "gradients"} <= set(found)
    for name, plate in found.items():
        drawing = plate.draw(Look(member=1, title="Two runs", theme="dark"))
        said = words(drawing)
        assert {"few", "many of them", "Two runs"} <= set(said) and "seed 4" in " ".join(said), name
    grid = found["picture"].draw(Look(shape="4:3"))
    assert sum(isinstance(mark, Picture) for mark in grid.marks) == 4  # two members of each


def test_settings_in_which_the_runs_differ_are_not_said_of_all(run):
    (said,) = (
        w for w in words(beside([run("points"), run("critic")], ["a", "b"])["losses"].draw(Look())) if "seed" in w
    )
    assert "optimiser" in said and "loss" not in said and "data" not in said


def test_one_run_has_none_and_a_fresh_one_no_curves(run):
    assert beside([run("points")], ["a"]) == {}
    assert "losses" not in beside([run("points"), run("fresh")], ["a", "b"])


def test_a_diverged_run_says_so(run):
    said = " ".join(words(beside([run("points"), run("diverged")], ["fine", "wild"])["losses"].draw(Look())))
    assert "wild: " in said and "no longer a number" in said
