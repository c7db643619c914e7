"""How often a run shows itself: training comes first, also where the pictures are drawn by the machine that trains.

A browser on the server's own machine, a student's, draws with the processors that the workers need, and each picture
takes some of their time; a browser elsewhere takes none. A worker tells them apart by the processor time that it gets.
"""

from __future__ import annotations

QUICKEST = 1 / 30  # seconds between two pictures of a run, where nothing speaks for more
SLOWEST = 1 / 10  # and no more: motion would fall apart into pictures
SHARE = 0.88  # of its time in which a worker is to have a processor
HASTE = 2.0  # a second: how fast the time between two pictures follows


class Pace:
    """Seconds between two pictures of a run: QUICKEST, and longer where workers do not get their SHARE."""

    def __init__(self) -> None:
        self.seconds = QUICKEST

    def heard(self, passed: float, worked: float) -> None:
        """A worker was at a run for `passed` seconds, and had a processor for `worked` of them.

        d seconds / dt = HASTE · (SHARE − worked / passed) · seconds, linear in `worked`: of a clock with coarse ticks
        the sum is right.
        """
        longer = self.seconds * (1 + HASTE * (SHARE * passed - worked))
        self.seconds = min(max(longer, QUICKEST), SLOWEST)
