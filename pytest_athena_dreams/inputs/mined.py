"""Hypothesis without the constants that it mines from imported local modules.

It draws such a constant now and then, from whatever happens to be imported. Beside other tests, or on
another worker, that would be another pool. The literals that matter here are those of the two sources, and
they are given. Hypothesis has no setting for this, hence the look at its inside.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

from hypothesis.internal.cache import LRUCache
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

_permitted: Any = LRUCache(1024)


def nothing_mined() -> AbstractContextManager[Any]:
    """Within it, Hypothesis draws constants of its own only."""
    return mock.patch.multiple(providers, _get_local_constants=Constants, CONSTANTS_CACHE=_permitted)
