"""One strategy of several, by weight.

``one_of`` gives each of its strategies the same chance: it drops one that is there twice, and takes another
``one_of`` within it apart.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

_Strategy = st.SearchStrategy[Any]


def weighted(*choices: tuple[int, _Strategy]) -> _Strategy:
    """Draw from each strategy as often as its weight says, and from an empty one never."""
    left = [(weight, strategy) for weight, strategy in choices if not strategy.is_empty]
    table = [strategy for weight, strategy in left for _ in range(weight)]
    if len(left) < 2:
        return left[0][1] if left else st.nothing()
    # No bound method: Hypothesis distinguishes bound methods by address, and addresses are reused.
    return st.sampled_from(range(len(table))).flatmap(lambda index: table[index])
