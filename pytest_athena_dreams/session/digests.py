"""What a verdict hangs on, under one short name: code, procedure, contract, settings and versions.

Invariant: two tests with one digest draw the same inputs for the same code. Where something outside the plan
has a say (strategies of the user's, files or variables that dreams may read), there is no digest.
"""

from __future__ import annotations

import hashlib
import json
import platform
from functools import lru_cache
from importlib.metadata import version

import msgspec
import pytest

from ..models import Dream, Procedure
from ..naming import OF_THE_RUN
from .packed import PROCEDURES
from .plan import Plan

VERSIONS = ("pytest-athena-dreams", "hypothesis")
"""Packages that bear on verdicts, beside Python itself."""


class Digests:
    """Names what verdicts hang on in one process of a run."""

    def __init__(self, config: pytest.Config, plan: Plan) -> None:
        settings = plan.settings
        hooked = config.hook.pytest_athena_dreams_strategy.get_hookimpls()
        self._open = bool(hooked or plan.strategies or settings.allow_read or settings.allow_env)
        told = {n: v for n, v in msgspec.to_builtins(settings).items() if n not in OF_THE_RUN}
        versions = {name: version(name) for name in VERSIONS} | {"python": platform.python_version()}
        self._base = hashlib.blake2b(_bytes([told, versions]), digest_size=16)

    def of(self, dream: Dream) -> str | None:
        """The digest of a test of ``dream``; ``None`` where there is none."""
        if self._open or dream.problem is not None:
            return None
        digest = self._base.copy()
        digest.update(_bytes([dream.code, dream.entry_point, dream.contract, dream.procedure_name]))
        digest.update(_origin(dream.procedure))
        return digest.hexdigest()


@lru_cache(maxsize=PROCEDURES)
def _origin(base: Procedure | None) -> bytes:
    return _bytes([base.code, base.entry_point, base.name] if base else None)


def _bytes(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()
