"""Gradients, recorded once and then played without Python.

A step of small networks is a hundred operations of some microseconds each. A part of its time goes to calling them from
Python, and threads that step side by side wait for one another's Python between any two of them. So once a gradient has
been taken a few times, `torch.jit.trace` records it, and from then on the interpreter sees one call where the processor
sees the same operations in the same order, to the same bits. torch.jit is deprecated in favour of torch.compile, which
needs a C++ compiler and 20 s a network, and of torch.export, which is played in Python: neither serves here. Where
nothing can be recorded, the gradient is computed as it is written.

What it is worth, in steps a second recorded ÷ as written: `python -m benchmarks.recorded --rounds 5`, medians with the
least and the most, on two virtual cores that other machines share. Runs of points play whole steps, several in one call
(`gan_core.engine.turns`).

                            one run on one thread   two runs on two threads
    ring                    1.34 (0.99–1.69)        1.81 (1.42–2.22)
    ring, K=8               1.40 (0.92–2.06)        2.00 (1.34–2.51)
    ring, simultaneous      1.19 (0.92–1.46)        1.77 (1.64–1.98)
    the same, K=8           1.44 (0.97–2.11)        1.66 (1.05–2.11)
    WGAN-GP                 1.53 (1.15–1.85)        1.77 (1.44–1.88)
    WGAN-GP, K=8            1.25 (1.14–1.62)        1.41 (1.19–1.76)

A recording holds no weights: all that it reads and writes is handed to it at every call, so all games of one shape and
one set of rules share it.
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cache, update_wrapper
from operator import itemgetter
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar

import torch
from torch import Tensor
from torch._C import ScriptList

from gan_core.engine.networks import Tape

RECORDS = sys.version_info < (3, 14)  # from there on torch.jit "may break", in its own words
FIRST = 32  # calls before anything is recorded, which takes as long as fifty of them: many a run is over by then …
KINDS = 256  # … of so many kinds they are counted, by all runs together: in a class many are young at once
MOST = 32  # recordings, two or three megabytes each: torch lets go of none of them before the process ends

P = ParamSpec("P")
Result = TypeVar("Result")
Put = Callable[[Sequence[Tensor]], Any]  # tensors → the value that they were taken from, with these in their places
Recording = tuple[Callable[..., list[Tensor]], Put]

log = logging.getLogger(__name__)
_recordings: dict[Hashable, Recording | None] = {}
_calls: Counter[Hashable] = Counter()  # of what has not been recorded
_lock = threading.Lock()  # recording is no work for two threads at once


@dataclass
class Recordings:
    """What one object has of its recorded functions: what is played instead of each."""

    played: dict[Hashable, Recording | None] = field(default_factory=dict)
    own: Any = None  # the object's own tensors, as they are handed over


class Recordable(Protocol):
    """What a recorded function takes first."""

    recordings: Recordings

    @property
    def recordable(self) -> bool:
        """Whether the function is the same operations on every call."""

    @property
    def rules(self) -> Hashable:
        """All that decides which operations these are, beside the shapes of tensors."""

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All that the function reads and writes, beside its arguments."""

    def over(self, tensors: Sequence[Tensor]) -> Self:
        """The same over other tensors, given as `tensors` are."""


Subject = TypeVar("Subject", bound=Recordable)


class Recorded(Generic[Subject, P, Result]):
    """The same function of (subject, *arguments), played from a recording as soon and as far as there can be any.

    It has to be pure but for what it writes into the tensors that it is given. Arguments and result are tensors, tapes,
    and tuples of them.
    """

    def __init__(self, function: Callable[Concatenate[Subject, P], Result]) -> None:
        self.function = function
        update_wrapper(self, function)

    def __call__(self, subject: Subject, *args: P.args, **kwargs: P.kwargs) -> Result:
        return self.function(subject, *args, **kwargs) if kwargs else self.each(subject, [args])

    def each(self, subject: Subject, given: Sequence[tuple[Any, ...]]) -> Result:
        """The function of each of these arguments in turn, in one call where there is a recording; the last result.

        The arguments have tensors of the same shapes in the same places.
        """
        recording = self._recording(subject, given) if RECORDS and subject.recordable else None
        if recording is None:
            for args in given:
                result = self.function(subject, *args)  # type: ignore[call-arg]
            return result
        play, put_results = recording
        tensors: list[Tensor] = []
        for args in given:
            _append(args, tensors)
        # what only Python holds asks for the interpreter whenever C++ lets go of it
        own, handed = subject.recordings.own, ScriptList(tensors)
        results = put_results(play(own, handed, len(tensors) // len(given)))
        del handed
        return results

    def _recording(self, subject: Subject, given: Sequence[tuple[Any, ...]]) -> Recording | None:
        """What is played for this subject: None until functions of its kind have been called a few times."""
        known = subject.recordings
        tensors: list[Tensor] = []
        _append(given[0], tensors)
        place = self, len(tensors)
        if place not in known.played:
            key = self._key(subject, tensors)
            if key not in _recordings and _counted(key, len(given)) <= FIRST:
                return None
            known.played[place] = self._made(key, subject, given[0], tensors)
            known.own = ScriptList(list(subject.tensors))
        return known.played[place]

    def _made(
        self, key: Hashable, subject: Subject, args: tuple[Any, ...], tensors: Sequence[Tensor]
    ) -> Recording | None:
        """The recording for subjects of this shape and these rules, made on these arguments if it is the first."""
        with _lock:
            if key not in _recordings:
                _recordings[key] = self._record(subject, args, tensors) if len(_recordings) < MOST else None
            return _recordings[key]

    def _key(self, subject: Subject, tensors: Sequence[Tensor]) -> Hashable:
        shapes = ((tensor.shape, tensor.dtype) for tensor in (*subject.tensors, *tensors))
        return self, subject.rules, tuple(shapes)

    def _record(self, subject: Subject, args: tuple[Any, ...], tensors: Sequence[Tensor]) -> Recording | None:
        put, puts = _taken(args, []), list[Put]()

        def operations(own: list[Tensor], given: list[Tensor]) -> list[Tensor]:
            results: list[Tensor] = []
            puts.append(_taken(self.function(subject.over(own), *put(given)), results))  # type: ignore[call-arg]
            return results

        own = list(subject.tensors)
        kept = [tensor.clone() for tensor in own]  # to record is to do it once
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that it is deprecated, and that shapes stay as they are
                once: Any = torch.jit.trace(operations, (own, list(tensors)), check_trace=False, strict=False)
                if type(once) is not torch.jit.ScriptFunction:  # PYTORCH_JIT=0 gives the function back
                    return None
                # else the Python that it was made from, and with it this subject, stays for good
                once.__dict__["_torchdynamo_inline"] = None
                return _in_turn(once), puts[-1]
        except Exception:  # whatever torch finds that it cannot record: it is computed on as it was
            log.warning("no recording of %s for %s", self.function.__name__, subject.rules, exc_info=True)
            return None
        finally:
            for tensor, before in zip(own, kept, strict=True):
                tensor.copy_(before)


def _counted(key: Hashable, calls: int) -> int:
    """How often functions of this kind have been called, these calls among them. Threads that count at once may lose
    some."""
    if len(_calls) >= KINDS:
        _calls.clear()
    _calls[key] += calls
    return _calls[key]


def recorded(function: Callable[Concatenate[Subject, P], Result]) -> Recorded[Subject, P, Result]:
    """The function as one that is `Recorded`."""
    return Recorded(function)


Plain = TypeVar("Plain", bound=Callable[..., Any])


def scripted(function: Plain) -> Plain:
    """The function; while something is recorded, as one whose numbers are looked at again at every call."""
    return _scripted(function) if torch.jit.is_tracing() else function


@cache
def _scripted(function: Any) -> Any:
    return torch.jit.script(function)


def _in_turn(once: Any) -> Any:
    """`once`(own, given) for each `width` tensors of `given`; what the last one returned. It stands here once, because
    torch keeps what a function calls with it, and each time that it is called."""

    def each(own: list[Tensor], given: list[Tensor], width: int) -> list[Tensor]:
        result: list[Tensor] = []
        for at in range(0, len(given), width):
            result = once(own, given[at : at + width])
        return result

    return torch.jit.script(each)


def _append(value: Any, tensors: list[Tensor]) -> None:
    """Appends the tensors that are in the value. Every step does it, and `isinstance` of a tensor is slow."""
    kind = type(value)
    if kind is Tensor:
        tensors.append(value)
    elif kind is Tape:
        tensors.extend(value.tensors)
    elif value is not None:
        for part in value:
            _append(part, tensors)


def _taken(value: Any, tensors: list[Tensor]) -> Put:
    """Appends the tensors that are in the value, and returns the way to put others there."""
    at = len(tensors)
    if isinstance(value, Tensor):
        tensors.append(value)
        return itemgetter(at)
    if isinstance(value, Tape):
        tensors.extend(value.tensors)
        rows = slice(at, len(tensors))
        return lambda found: Tape.of(found[rows])
    puts = [_taken(part, tensors) for part in value or ()]
    if len(tensors) == at:  # nothing in it is a tensor
        return lambda found: value
    make = getattr(value, "_make", tuple)  # a named tuple's
    return lambda found: make([put(found) for put in puts])
