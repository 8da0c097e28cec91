"""Why a generation run wrote what it wrote: the dreams of each writer, and what its earlier ones came to.

Invariants: pure; a reason holds the figures that the allotment drew from, as they were when the run began.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .allotment import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterReason:
    """``dreams`` that a run has of one type and writer. Of their earlier dreams ``known`` were tested and
    ``better`` improved their procedure; both count older nights less, and so are no whole numbers."""

    dream_type: str
    writer: str
    dreams: int
    known: float
    better: float


def reasons(tally: Tally, written: Mapping[tuple[str, str], int]) -> list[WriterReason]:
    """A reason for each type and writer that wrote now or before, those that wrote most first.

    ``written`` are the dreams of the run by type and writer.
    """
    found = []
    for kind, writer in {*tally.pooled, *written}:
        worse, better = tally.pooled.get((kind, writer), (0.0, 0.0))
        found.append(
            WriterReason(
                dream_type=kind,
                writer=writer,
                dreams=written.get((kind, writer), 0),
                known=round(worse + better, 1),
                better=round(better, 1),
            )
        )
    return sorted(found, key=lambda one: (-one.dreams, -one.known, one.dream_type, one.writer))
