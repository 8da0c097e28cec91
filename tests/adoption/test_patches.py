"""The change of a user's file: of what its bytes are, and of what happens to it meanwhile."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from pytest_athena_dreams.adoption.patches import Patch, patch_of
from pytest_athena_dreams.errors import DreamsError
from pytest_athena_dreams.models import Dream, Procedure

OLD = "def twice(n: int) -> int:\n    found = n\n    found = found + n\n    return found\n"
NEW = "def double(n: int) -> int:\n    return 2 * n\n"


def patch(path: Path, code: str = NEW, old: str = OLD, function: str = "twice") -> Patch:
    base = Procedure(id=1, name="tools.twice", code=old, entry_point="twice")
    dream = Dream(
        id=1, code=code, dream_type="constraint_relaxation", procedure=base, entry_point="double",
        procedure_name="tools.twice",
    )  # fmt: skip
    return patch_of(path, dream, f"tools.py::{function}")


def written(path: Path, content: bytes, code: str = NEW) -> bytes:
    path.write_bytes(content)
    patch(path, code).write()
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    return path.read_bytes()


TWICE = "def twice(n: int) -> int:\n    return 2 * n\n"
TABS = b"def same(f):\n\treturn f\n\n\nif True:\n\tX = 1\n%s\n\n@same\ndef last():\n\treturn 1\n"
CONTENTS = {
    "line ends of Windows": (OLD.replace("\n", "\r\n").encode(), TWICE.replace("\n", "\r\n").encode()),
    "line ends of old Macs": (
        OLD.rstrip().replace("\n", "\r").encode(),
        TWICE.rstrip().replace("\n", "\r").encode(),
    ),
    "a byte order mark": (b"\xef\xbb\xbf" + OLD.encode(), b"\xef\xbb\xbf" + TWICE.encode()),
    "another encoding": (
        ("# coding: cp1251\n# Ж\n" + OLD).encode("cp1251"),
        ("# coding: cp1251\n# Ж\n" + TWICE).encode("cp1251"),
    ),
    "no line end at its end": (OLD.rstrip().encode(), TWICE.rstrip().encode()),
    "line ends of several kinds": (
        b"A = 1\r\nB = 2\nC = 3\n" + OLD.encode() + b"D = '''\r\n'''\n\r\nE = 5",
        b"A = 1\r\nB = 2\nC = 3\n" + TWICE.encode() + b"D = '''\r\n'''\n\r\nE = 5",
    ),
    "tabs and decorators": (TABS % OLD.encode(), TABS % TWICE.encode()),
    "a form feed": (b"A = 1\n\x0c\n" + OLD.encode(), b"A = 1\n\x0c\n" + TWICE.encode()),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CONTENTS.values(), ids=CONTENTS.keys())
def test_bytes_that_are_not_the_function_s_stay(tmp_path: Path, before: bytes, after: bytes) -> None:
    assert written(tmp_path / "tools.py", before) == after


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "tools.py"
    path.write_text(OLD)
    made = patch(path)
    path.write_text(OLD + "\n\nNOT_SAVED_ELSEWHERE = 1\n")
    with pytest.raises(DreamsError, match=r"tools\.py was changed while the dream was tested, and stays"):
        made.write()
    assert path.read_text().endswith("NOT_SAVED_ELSEWHERE = 1\n")
    patch(path).write()
    assert path.read_text() == TWICE + "\n\nNOT_SAVED_ELSEWHERE = 1\n"


def test_a_file_that_is_gone_meanwhile_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "tools.py"
    path.write_text(OLD)
    made = patch(path)
    path.unlink()
    with pytest.raises(DreamsError, match=r"tools\.py can't be read: No such file"):
        made.write()
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "tools.py"
    path.write_text(OLD)
    path.chmod(0o444)
    with pytest.raises(DreamsError, match=r"tools\.py can't be written: it is read-only"):
        patch(path).write()
    assert path.read_text() == OLD


def test_a_link_stays_one_and_what_it_leads_to_is_changed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (real := tmp_path / "real" / "tools.py").write_text(OLD)
    (link := tmp_path / "tools.py").symlink_to(real)
    patch(link).write()
    assert link.is_symlink()
    assert real.read_text() == TWICE


def test_what_the_encoding_does_not_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tools.py"
    path.write_bytes(before := ("# coding: latin-1\n" + OLD).encode("latin-1"))
    with pytest.raises(DreamsError, match="iso-8859-1, which has no '€'"):
        patch(path, NEW.replace("2 * n", "2 * n  # €")).write()
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["tools.py"]


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_killed_in_the_middle_the_file_is_whole(tmp_path: Path, step: str) -> None:
    path = tmp_path / "tools.py"
    path.write_text(OLD)
    made = patch(path)
    child = os.fork()
    if not child:
        setattr(os, step, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        made.write()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert path.read_text() == OLD
    made.write()
    assert path.read_text() == TWICE


def test_a_disk_without_space_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tools.py"
    path.write_text(OLD)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DreamsError, match="can't be written: No space left"):
        patch(path).write()
    assert path.read_text() == OLD
    assert [one.name for one in tmp_path.iterdir()] == ["tools.py"]


TWO = (
    """\
class First:
    def twice(self, n: int) -> int:
        return n + n


class Second:
    def twice(self, n: int) -> int:
        return n + n


def outer():
    def twice(n: int) -> int:
        return n + n + 0
    return twice


"""
    + OLD
)


def test_the_function_of_that_name_in_the_module_is_meant_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "tools.py"
    path.write_text(TWO)
    patch(path).write()
    assert path.read_text() == TWO.replace(OLD, TWICE)


TWICE_DEFINED = {
    "defined twice": OLD + "\n\n" + OLD,
    "overloaded": "from typing import overload\n\n\n@overload\ndef twice(n: int) -> int: ...\n@overload\n"
    "def twice(n: str) -> str: ...\n" + OLD,
    "one of two branches": "import sys\nif sys.version_info > (3, 12):\n    def twice(n: int) -> int:\n"
    "        return n * 2\nelse:\n    def twice(n: int) -> int:\n        return n + n\n",
    "replaced afterwards": OLD + "\n\ntwice = print\n",
    "decorated": "import functools\n\n\n@functools.cache\n" + OLD,
}  # fmt: skip


@pytest.mark.parametrize("content", TWICE_DEFINED.values(), ids=TWICE_DEFINED.keys())
def test_a_file_that_no_longer_holds_that_function_alone_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tools.py"
    path.write_text(content)
    with pytest.raises(DreamsError, match=r"tools\.py"):
        patch(path).write()
    assert path.read_text() == content
