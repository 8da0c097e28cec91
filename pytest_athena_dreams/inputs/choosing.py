"""Chooses inputs that differ in what they make the procedure do, out of more than a pool holds."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from itertools import islice
from typing import TypeVar

Input = TypeVar("Input", bound=Hashable)

REPEAT_SHARE = 0.4
"""How much less each further input with a feature counts for it."""


def selected(first: Sequence[Input], features: Mapping[Input, Sequence[int]], size: int) -> list[Input]:
    """``first``, and then those inputs with the most features that few chosen ones have, up to ``size``.

    Ties go to the input that comes first in ``features``.
    """
    chosen = list(first[:size])
    counts: Counter[int] = Counter()
    for one in chosen:
        counts.update(features.get(one, ()))

    def gain(one: Input) -> float:
        return sum(REPEAT_SHARE ** min(counts[feature], 60) for feature in features[one])

    known = set(chosen)
    heap = [(-gain(one), place, one) for place, one in enumerate(features) if one not in known]
    heapq.heapify(heap)
    while heap and len(chosen) < size:
        _, place, one = heapq.heappop(heap)
        now = -gain(one)
        if heap and now > heap[0][0]:  # others were chosen since: it may no longer be the best
            heapq.heappush(heap, (now, place, one))
            continue
        chosen.append(one)
        counts.update(features[one])
    return chosen


def smallest_of_each(features: Mapping[bytes, Sequence[int]], size: int) -> list[bytes]:
    """The shortest inputs of each kind, up to ``size``: those with the same features are of one kind.

    One of every kind comes first, then a second one of each, and so on.
    """
    kinds: dict[tuple[int, ...], list[bytes]] = {}
    for one in sorted(features, key=len):
        kinds.setdefault(tuple(features[one]), []).append(one)
    turns = max(map(len, kinds.values()), default=0)
    rows = (kind[turn] for turn in range(turns) for kind in kinds.values() if turn < len(kind))
    return list(islice(rows, size))
