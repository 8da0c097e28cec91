"""Two sequences side by side, in bounded time.

difflib compares every item with every equal one: two sources of 20,000 equal lines would take it minutes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

PAIRS = 200_000
"""Pairs of equal items up to which two sequences are aligned: a tenth of a second at most."""

T = TypeVar("T", bound=Hashable)

Block = tuple[bool, int, int, int, int]
"""Whether the items are equal, then the slice of the first sequence and that of the second."""


def align(a: Sequence[T], b: Sequence[T]) -> Iterator[Block]:
    """The blocks that make ``b`` of ``a``, in order.

    What both begin and end with is equal. What is between is one block where it has too many equal pairs.
    """
    shortest = min(len(a), len(b))
    start = next((n for n in range(shortest) if a[n] != b[n]), shortest)
    rest = shortest - start
    end = next((n for n in range(rest) if a[-1 - n] != b[-1 - n]), rest)
    if start:
        yield True, 0, start, 0, start
    first, second = a[start : len(a) - end], b[start : len(b) - end]
    counts, others = Counter(first), Counter(second)
    if sum(count * others[item] for item, count in counts.items()) > PAIRS:
        yield False, start, len(a) - end, start, len(b) - end
    elif first or second:
        matcher = SequenceMatcher(None, first, second, autojunk=False)
        for tag, a1, a2, b1, b2 in matcher.get_opcodes():
            yield tag == "equal", start + a1, start + a2, start + b1, start + b2
    if end:
        yield True, len(a) - end, len(a), len(b) - end, len(b)
