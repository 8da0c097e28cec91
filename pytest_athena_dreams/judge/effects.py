"""Compares what two calls did to their worlds: what they asked, and what they left in the files."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from ..models import Canonical, Observation
from .asked import Order, differing_requests, request_words, requests_shown
from .leavings import Compared, differing_files, files_shown, leavings_words

SLEPT_SHARE, SLEPT_SECONDS = 0.01, 0.1
"""How far the seconds that two calls sleep may be apart: a share, or a time."""


class Effects(NamedTuple):
    """How two calls' effects differ.

    ``words`` writes a summary, and what each call did; ``expected`` and ``got`` are the same as values, to be
    shown line by line.
    """

    words: Callable[[], tuple[str, str, str]]
    expected: Canonical
    got: Canonical


def differing_effects(
    expected: Observation,
    got: Observation,
    files: Compared,
    requests: Order,
    *,
    drawn: bool = False,
    slept: bool = False,
    hosts: Collection[str] | None = None,
) -> Effects | None:
    """How the effects of two calls differ; ``None`` where they are the same, or the call had no world.

    ``hosts`` are those that may be read from. With ``drawn``, requests are compared without what looks drawn
    by chance. With ``slept``, how long they slept is compared too.
    """
    if expected.files is None:
        return None
    asked, left = (expected.requests, got.requests), (expected.files, got.files or {})
    if pairs := differing_requests(*asked, requests, drawn=drawn, hosts=hosts):
        return Effects(lambda: request_words(*asked, pairs), *map(requests_shown, asked))
    if paths := differing_files(*left, files):
        return Effects(lambda: leavings_words(*left, paths), *files_shown(*left, paths))
    if slept and abs(expected.slept - got.slept) > max(SLEPT_SHARE * expected.slept, SLEPT_SECONDS):
        return Effects(lambda: ("slept for another time", _slept(expected), _slept(got)), None, None)
    return None


def _slept(seen: Observation) -> str:
    return f"slept for {seen.slept:g} s in all"
