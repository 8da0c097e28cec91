from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_athena_dreams.store.database import Store

from .kit import NOW


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store of a test is."""
    return tmp_path / "athena.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An empty store on disk."""
    with Store.create(path) as store:
        yield store


@pytest.fixture
def memory() -> Iterator[Store]:
    """An empty store in memory."""
    with Store(sqlite3.connect(":memory:", isolation_level=None), "memory") as store:
        yield store


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it always the same second."""
    monkeypatch.setattr(time, "time", lambda: float(NOW))
