"""The jail that the settings ask for."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ..config import Settings
from ..sandbox.policy import MIB, Limits, Policy, SandboxMode

REPLY = 4 * MIB
"""Bytes of one answer from the jail."""
LOADS = 5
"""Loading a dream may take this many times as long as a call."""


def policy_of(settings: Settings, environment: Mapping[str, str]) -> Policy:
    """The policy for ``settings``; values of allowed variables come from ``environment``.

    Raises ``SettingError`` for a variable that can't be let in.
    """
    return Policy(
        mode=SandboxMode(settings.sandbox),
        minimum=SandboxMode(settings.sandbox_minimum),
        limits=Limits(
            memory=settings.memory * MIB,
            output=settings.output * MIB,
            reply=REPLY,
            load_timeout=LOADS * settings.timeout,
        ),
        read_paths=tuple(os.path.abspath(path) for path in settings.allow_read),
        environment=tuple((name, environment[name]) for name in settings.allow_env if name in environment),
        scratch=settings.scratch * MIB,
    )
