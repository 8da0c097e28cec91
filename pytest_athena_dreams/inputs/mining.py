"""Constants that Hypothesis mines from imported local modules, and how to leave them out.

Which modules are imported differs from one process to the next, so a pool with such constants would too.
The literals that matter are those of the two sources, which a pool has anyway. Hypothesis has no setting
for this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis.internal.cache import LRUCache
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

_cache: Any = LRUCache(1024)
"""An empty cache of the same size, used in place of Hypothesis' cache of permitted constants."""


@contextmanager
def nothing_mined(mine: Callable[[], Constants] = Constants) -> Iterator[None]:
    """Within this block, Hypothesis draws the constants that ``mine`` returns instead of mined ones: none.

    Hypothesis' own state is restored afterwards.
    """
    before = providers._get_local_constants, providers.CONSTANTS_CACHE
    providers._get_local_constants, providers.CONSTANTS_CACHE = mine, _cache
    try:
        yield
    finally:
        providers._get_local_constants, providers.CONSTANTS_CACHE = before
