"""A step in a process of its own, and what it took: for the benchmarks beside it."""

from __future__ import annotations

import multiprocessing
import resource
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection


class Took(NamedTuple):
    """What a step did, and what it took; the start of Python is left out.

    Attributes:
        rows: Rows that it tells of.
        seconds: How long it lasted.
        cpu: Seconds of processors, of its own process.
        peak_mb: Peak of the memory of its process, what Python itself takes included.
    """

    rows: int
    seconds: float
    cpu: float
    peak_mb: float


def apart(step: Callable[..., int], *given: object) -> Took:
    """Do a step, a function of a module that returns a number of rows, in a process.

    Raises:
        RuntimeError: The process ended without a measure.
    """
    spawn = multiprocessing.get_context("spawn")
    end, out = spawn.Pipe(duplex=False)
    child = spawn.Process(target=measured, args=(out, step, given))
    child.start()
    out.close()
    try:
        took: Took = end.recv()
    except EOFError:
        raise RuntimeError(f"{step.__name__} ended without a measure") from None
    child.join()
    return took


def measured(
    out: Connection, step: Callable[..., int], given: tuple[object, ...]
) -> None:
    """Do a step in this process, and send what it took."""
    begun, cpu = time.monotonic(), time.process_time()
    rows = step(*given)
    seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out.send(Took(rows, seconds, cpu, peak))
