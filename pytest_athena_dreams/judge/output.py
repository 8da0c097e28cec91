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


def streams_named(summary: str) -> list[str]:
    """The streams that the summary of a finding is about, none where it is not about output."""
    rest = summary.removeprefix(OTHER_TEXT)
    if rest == summary:
        return []
    if rest.startswith(" and ".join(STREAMS.values())):
        return list(STREAMS)
    return [stream for stream, name in STREAMS.items() if rest.startswith(name)]


def text_of(printed: Canonical, stream: str) -> Canonical:
    """What was printed to ``stream``, where ``printed`` is ``None`` if nothing was printed at all."""
    both = unpacked(printed)
    return "" if both is None else both[list(STREAMS).index(stream)]


def differing_streams(expected: Canonical, got: Canonical, streams: Sequence[str]) -> list[str]:
    """Those of ``streams`` to which two calls printed different texts."""
    if expected is got or not streams:
        return []
    return [s for s in streams if difference(text_of(expected, s), text_of(got, s))]


def printed_words(printed: Canonical, streams: Sequence[str]) -> str:
    """What was printed to ``streams``, for people."""
    parts = []
    for stream in streams:
        text = text_of(printed, stream)
        where = f" to {STREAMS[stream]}" if len(streams) > 1 else ""
        parts.append(f"{render(text) if text else 'nothing'}{where}")
    return f"printed {', '.join(parts)}"


def shown(printed: Canonical, streams: Sequence[str]) -> Canonical:
    """What was printed to ``streams`` as one value, to be shown line by line."""
    if len(streams) == 1:
        return text_of(printed, streams[0])
    return ["object", "printed", [[stream, text_of(printed, stream)] for stream in streams]]
