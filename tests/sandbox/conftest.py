"""Fixtures of the jail's tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from pytest_athena_dreams.sandbox.client import Sandbox
from pytest_athena_dreams.sandbox.policy import Limits, Policy, SandboxMode

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]

SMALL = Limits(memory=512 << 20, output=1 << 20, load_timeout=5.0)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A jail of Landlock and seccomp, shared: children do not see one another."""
    with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL)) as running:
        yield running
