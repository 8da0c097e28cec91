"""Digests of everything that a verdict depends on: code, procedure, contract, settings, versions and jail.

Invariant: two tests with the same digest run the same code on the same inputs in the same way. If anything
outside the plan has an influence (hooks of the user, files or variables that dreams may read), there
is no digest.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from functools import cached_property, lru_cache
from importlib.metadata import version

import msgspec
import pytest

from ..models import Dream, Procedure
from ..naming import OF_THE_RUN
from ..sandbox.modules import package_folders
from ..source.alike import sees_nothing
from .packages import installed_packages
from .packed import PROCEDURES
from .plan import Plan

INVOLVED = ("pytest-athena-dreams", "hypothesis")
"""Packages that every verdict depends on."""


class Digests:
    """Makes the digests of one run, in one process."""

    def __init__(self, config: pytest.Config, plan: Plan) -> None:
        settings = plan.settings
        hooks = config.hook.pytest_athena_dreams_strategy, config.hook.pytest_athena_dreams_world
        hooked = any(hook.get_hookimpls() for hook in hooks)
        self._open = bool(hooked or plan.strategies or settings.allow_read or settings.allow_env)
        chosen = {n: v for n, v in msgspec.to_builtins(settings).items() if n not in OF_THE_RUN}
        versions = {name: version(name) for name in INVOLVED}
        machine = [sys.version, platform.machine()]
        worlds = msgspec.to_builtins(plan.worlds)
        self._base = hashlib.blake2b(_bytes([chosen, versions, machine, worlds]), digest_size=16)

    def of(self, dream: Dream, layers: str) -> str | None:
        """The digest of a test of ``dream`` in a jail with these ``layers``; ``None`` if it has none."""
        if self._open or dream.problem is not None:
            return None
        digest = self._base.copy()
        digest.update(_bytes([dream.code, dream.entry_point, dream.contract, dream.procedure_name, layers]))
        base, imports = _origin(dream.procedure)
        digest.update(base)
        if imports or not sees_nothing(dream.code):
            digest.update(self._packages)
        return digest.hexdigest()

    @cached_property
    def _packages(self) -> bytes:
        return installed_packages(package_folders()).encode()


@lru_cache(maxsize=PROCEDURES)
def _origin(base: Procedure | None) -> tuple[bytes, bool]:
    """The part of a digest for the procedure, and whether its code could import an installed package."""
    if base is None:
        return _bytes(None), False
    return _bytes([base.code, base.entry_point, base.name]), not sees_nothing(base.code)


def _bytes(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()
