"""Fixtures of the jail's tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from pytest_athena_dreams.sandbox.client import Sandbox
from pytest_athena_dreams.sandbox.policy import MIB, Limits, Policy, SandboxMode

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]

SMALL = Limits(memory=256 * MIB, output=MIB, load_timeout=2.0)

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user or to give up")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A jail of Landlock and seccomp, shared: children do not see one another."""
    with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL)) as running:
        yield running
