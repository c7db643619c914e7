"""Parts of a work next to each other: all of them done, errors raised, and the same numbers whatever the threads."""

import threading
import time
from functools import partial

import pytest
import torch

from gan_core.config import RunConfig
from gan_core.jobs.threads import side_by_side, worked
from gan_core.run.trainer import Trainer


@pytest.mark.parametrize("threads", [0, 1, 2, 100])
def test_every_part_is_done_once_and_answers_in_its_place(threads):
    assert side_by_side([partial(pow, k, 2) for k in range(7)], threads) == [k * k for k in range(7)]
    assert side_by_side([], threads) == []


def test_two_parts_meet():
    """Each waits for the other: one thread alone would never get through."""
    meeting = threading.Barrier(2, timeout=30)

    def part():
        meeting.wait()
        return torch.get_num_threads()

    assert side_by_side([part, part], 2) == [1, 1]


def test_who_waits_for_others_has_worked_as_long_as_the_longest_of_them(monkeypatch):
    clock = threading.local()
    monkeypatch.setattr(time, "thread_time", lambda: getattr(clock, "now", 0))

    def part(seconds):
        clock.now = time.thread_time() + seconds

    before = worked()
    side_by_side([partial(part, seconds) for seconds in (3, 1, 2)], 2)  # the first and the third by one
    assert (worked() - before, time.thread_time()) == (pytest.approx(5), 0)
    side_by_side([partial(part, seconds) for seconds in (3, 1, 2)], 1)
    assert (worked() - before, time.thread_time()) == (pytest.approx(11), 6)
    side_by_side([lambda: side_by_side([partial(part, 7)] * 2, 2), partial(part, 4)], 2)  # one that waits itself
    assert worked() - before == pytest.approx(18)


def test_an_error_inside_a_part_is_raised():
    with pytest.raises(ZeroDivisionError):
        side_by_side([lambda: 1, lambda: 1 // 0], 2)


def test_a_run_does_not_depend_on_the_number_of_threads():
    def run(threads):
        trainer = Trainer(RunConfig.of(members=5, batch=16, g_layers=(8,), d_layers=(8,)))
        trainer.threads = threads
        trainer.step(40)
        assert trainer.seconds > 0
        return trainer.snapshot().fake.tobytes(), trainer.history.curves().d_loss.tobytes()

    assert run(1) == run(2)
