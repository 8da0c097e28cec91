"""For all tests of models: none waits for long before another request."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.llm import asking


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a fiftieth of the time."""
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)
