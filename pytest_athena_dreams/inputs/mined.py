"""Hypothesis without the constants that it mines from imported local modules.

It draws such a constant now and then, from whatever happens to be imported. Beside other tests, or on
another worker, that would be another pool. The literals that matter here are those of the two sources, and
they are given. Hypothesis has no setting for this, hence the look at its inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis.internal.cache import LRUCache
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

_permitted: Any = LRUCache(1024)


@contextmanager
def nothing_mined() -> Iterator[None]:
    """Within it, Hypothesis draws constants of its own only."""
    before = providers._get_local_constants, providers.CONSTANTS_CACHE
    providers._get_local_constants, providers.CONSTANTS_CACHE = Constants, _permitted
    try:
        yield
    finally:
        providers._get_local_constants, providers.CONSTANTS_CACHE = before
