"""What two calls printed, as the canonical texts of standard output and standard error."""

from __future__ import annotations

from collections.abc import Sequence

from ..models import Canonical, unpacked
from .equality import difference
from .render import render

STREAMS = {"stdout": "standard output", "stderr": "standard error"}
"""The streams in the order of ``Observation.printed``, and what messages call them."""


OTHER_TEXT = "printed another text to "
"""Begins the summary of a finding about output; the name of the stream comes next."""


def stream_named(summary: str) -> str | None:
    """The stream that the summary of a finding is about, ``None`` where it is not about output."""
    rest = summary.removeprefix(OTHER_TEXT)
    return next((s for s, name in STREAMS.items() if summary != rest and rest.startswith(name)), None)


def text_of(printed: Canonical, stream: str) -> Canonical:
    """What was printed to ``stream``, where ``printed`` is ``None`` if nothing was printed at all."""
    both = unpacked(printed)
    return "" if both is None else both[list(STREAMS).index(stream)]


def differing_stream(expected: Canonical, got: Canonical, streams: Sequence[str]) -> str | None:
    """The first of ``streams`` to which two calls printed different texts."""
    if expected is got or not streams:
        return None
    return next((s for s in streams if difference(text_of(expected, s), text_of(got, s))), None)


def printed_words(text: Canonical) -> str:
    """What was printed, for people."""
    return f"printed {render(text)}" if text else "printed nothing"
