"""A pool does not depend on what else is imported."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.inputs.kit import drawn, signature_of


def test_constants_of_imported_modules_are_not_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    signature, _ = signature_of("def f(a: int, s: str, x: float) -> int: return a")
    before = drawn(signature, 300)
    lines = (f"N{n}, S{n} = {n * 7919 + 123457}, 'mine {n}'\n" for n in range(300))
    (tmp_path / "figures.py").write_text("".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("figures")
    assert drawn(signature, 300) == before
