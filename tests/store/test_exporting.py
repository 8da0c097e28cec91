from __future__ import annotations

import json
from pathlib import Path

from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.exporter import export_lines
from pytest_athena_dreams.store.importer import import_lines
from pytest_athena_dreams.store.jsonl import read_lines
from tests.corpus import corpus_file

from .kit import athena_file, line, put


def exported(store: Store, path: Path) -> Path:
    path.write_text("".join(text + "\n" for text in export_lines(store)))
    return path


def again(source: Path, path: Path) -> list[str]:
    """What a new store exports into which ``source`` was imported."""
    with Store.create(path) as other:
        import_lines(other, read_lines([source]))
        return list(export_lines(other))


def test_import_takes_what_export_gives(store: Store, tmp_path: Path) -> None:
    base = {"name": "n", "project": "p", "code": "1", "private": False, "source": "a.py::n"}
    lines = [
        {"procedure": {"name": "alone", "code": "x = '\u2028\\ud800'"}},
        line(procedure=base, tier=None, viability_score=0.5, status="archived", model_used="m"),
        line(label="d2", procedure=base | {"code": "2"}, contract="equivalent", entry_point="f"),
        line(label="d3", procedure=None, base_procedure_name="gone", contract="free"),
        line(label=...),
    ]
    put(store, tmp_path, *lines)
    file = exported(store, tmp_path / "out.jsonl")
    assert again(file, tmp_path / "b.db") == file.read_text().splitlines()
    assert len(list(export_lines(store, dreams=False))) == 4


def test_the_corpus_comes_back(store: Store, tmp_path: Path) -> None:
    import_lines(store, read_lines([corpus_file("small")]))
    file = exported(store, tmp_path / "out.jsonl")
    assert again(file, tmp_path / "b.db") == file.read_text().splitlines()


def test_dreams_of_athena_s_own_get_labels(tmp_path: Path) -> None:
    with Store.open(athena_file(tmp_path / "athena.db")) as store:
        found = [json.loads(text) for text in export_lines(store)]
    assert [one.get("label") for one in found] == [None, None, "dream-1", "dream-2", "dream-3"]
    assert found[0] == {"procedure": {"name": "double", "code": "def double(x): ...", "version": 1}}
