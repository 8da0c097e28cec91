"""A jail that can give calls a world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.sandbox.client import SandboxPair
from pytest_athena_dreams.sandbox.policy import Policy


@pytest.fixture(scope="module")
def jail() -> Iterator[SandboxPair]:
    jail = SandboxPair(Policy())
    if not jail.acts():
        pytest.skip("no Landlock here, which worlds need")
    yield jail
    jail.close()
