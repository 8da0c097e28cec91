"""``athena-dreams check --git`` on scratch repositories."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.agents.git import GitError, Repository
from pytest_athena_dreams.agents.revisions import comparison
from pytest_athena_dreams.agents.trees import Home, Tree
from tests.agents.kit import Scratch, run

LIMITS = """\
MOST = 10


class Point:
    def __init__(self, x: int, y: int) -> None:
        self.x, self.y = x, y
"""
SHAPES = '''\
"""Shapes."""

from __future__ import annotations

import not_installed_here
from pkg.limits import MOST

from ..limits import Point

SCALE = 5


def clip(x: int) -> int:
    return min(x, MOST)


def scaled(x: int) -> int:
    return x * SCALE


def norm(p: Point) -> int:
    return abs(p.x) + abs(p.y)


def lost(x: int) -> int:
    return not_installed_here.lost(x)


def same(x: int) -> int:
    return x


class Box:
    side = 3

    def __init__(self, n: int) -> None:
        self.n = n

    def volume(self) -> int:
        return self.n**self.side

    @property
    def half(self) -> float:
        return self.n / 2
'''
REFACTORED = (
    SHAPES.replace("min(x, MOST)", "x if x < MOST else MOST")
    .replace("SCALE = 5", "SCALE = 6")
    .replace("abs(p.x) + abs(p.y)", "abs(p.y) + p.x")
    .replace("not_installed_here.lost(x)", "not_installed_here.lost(y=x)")
    .replace("self.n**self.side", "self.n * self.n * self.n")
    .replace("self.n / 2", "self.n * 0.5")
    .replace("def same(x: int) -> int:\n", 'def same(x: int) -> int:\n    """Doc."""\n\n')
)
"""Two right changes of functions, a right one of a property, two wrong ones, and one that can't be tested."""
EXPECTED = {
    "src/pkg/sub/shapes.py::clip": "passed",
    "src/pkg/sub/shapes.py::scaled": "failed",
    "src/pkg/sub/shapes.py::norm": "failed",
    "src/pkg/sub/shapes.py::lost": "untestable",
    "src/pkg/sub/shapes.py::Box.volume": "passed",
    "src/pkg/sub/shapes.py::Box.half": "passed",
}


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A repository with one commit, which the test is in."""
    made = Scratch(tmp_path / "repository")
    made.commit(
        src__pkg____init="", src__pkg__limits=LIMITS, src__pkg__sub__shapes=SHAPES, src__pkg__sub__empty=""
    )
    for folder in ("pkg", "pkg/sub"):
        (made.root / "src" / folder / "__init__.py").write_text("")
    made.commit()
    monkeypatch.chdir(made.root)
    return made


def checked(*words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit status, and the answers by name."""
    ran = run("check", "--git", *words, "--format", "json", "--max-examples", "30", "--no-repair")
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    return ran.exit_code, {answer["name"]: answer for answer in answers}


def test_each_changed_function_is_tested_in_its_module(scratch: Scratch) -> None:
    scratch.write(src__pkg__sub__shapes=REFACTORED)
    status, found = checked("HEAD")
    assert {name: answer["verdict"] for name, answer in found.items()} == EXPECTED
    assert status == 1
    assert found["src/pkg/sub/shapes.py::scaled"]["own"] is False
    assert found["src/pkg/sub/shapes.py::clip"]["own"] is True
    assert {answer["contract"] for answer in found.values()} == {"equivalent"}
    assert "Point(" in found["src/pkg/sub/shapes.py::norm"]["call"]
    scratch.commit()
    assert checked("HEAD")[1] == {}
    assert set(checked("HEAD~1..HEAD")[1]) == set(EXPECTED)


def test_each_version_imports_its_own_modules(scratch: Scratch) -> None:
    """A constant of another module changes, and one function that reads it is rewritten."""
    text = SHAPES.replace("min(x, MOST)", "sorted((x, MOST))[0]")
    scratch.write(src__pkg__sub__shapes=text, src__pkg__limits=LIMITS.replace("10", "7"))
    status, found = checked("HEAD")
    assert status == 1
    (answer,) = found.values()
    assert (answer["expected"], answer["got"]) == ("returned 8", "returned 7")


def test_the_same_versions_give_the_same_inputs(scratch: Scratch) -> None:
    scratch.write(src__pkg__sub__shapes=REFACTORED)
    with comparison(scratch.root, "HEAD") as first, comparison(scratch.root, "HEAD") as second:
        assert first.folder != second.folder
        assert first.functions == second.functions


def test_a_line_is_one_of_the_file(scratch: Scratch) -> None:
    text = SHAPES.replace("return min(x, MOST)", "return min(x, MOST) if x else 1 // x")
    scratch.write(src__pkg__sub__shapes=text)
    (answer,) = checked("HEAD")[1].values()
    assert text.split("\n")[answer["line"] - 1].strip().startswith("return min(x, MOST) if")


def test_a_renamed_file_is_compared_with_what_it_was(scratch: Scratch) -> None:
    scratch.git("mv", "src/pkg/sub/shapes.py", "src/pkg/forms.py")
    text = SHAPES.replace("..limits", ".limits").replace("x * SCALE", "SCALE * x")
    scratch.commit(src__pkg__forms=text)
    status, found = checked("HEAD~1..")
    assert (status, {n: a["verdict"] for n, a in found.items() if a["own"]}) == (
        0,
        {"src/pkg/forms.py::scaled": "passed"},
    )


def test_paths_and_a_merge_base_restrict_it(scratch: Scratch) -> None:
    scratch.git("checkout", "-q", "-b", "branch")
    scratch.commit(src__pkg__sub__shapes=SHAPES.replace("x * SCALE", "SCALE * x"))
    scratch.git("checkout", "-q", "main")
    scratch.commit(src__pkg__limits=LIMITS.replace("self.x, self.y = x, y", "self.y, self.x = y, x"))
    assert set(checked("main...branch")[1]) == {"src/pkg/sub/shapes.py::scaled"}
    assert set(checked("branch..main", "src/pkg/limits.py")[1]) == {"src/pkg/limits.py::Point.__init__"}


@pytest.mark.parametrize("path", ["src/no", "src/pkg/limits.py::Point", "..", "../elsewhere"])
def test_a_path_that_neither_version_has_is_refused(scratch: Scratch, path: str) -> None:
    scratch.write(src__pkg__limits=LIMITS.replace("self.x, self.y = x, y", "self.y, self.x = y, x"))
    ran = run("check", "--git", "HEAD", "src/pkg", path, "--format", "json")
    (answer,) = map(json.loads, ran.stdout.splitlines())
    assert (ran.exit_code, answer["verdict"]) == (2, "refused")
    assert path in answer["text"]


def test_a_path_that_one_version_has_is_taken(scratch: Scratch, tmp_path: Path) -> None:
    gone = scratch.commit(src__gone="def f(x: int) -> int:\n    return x\n")
    (scratch.root / "src/gone.py").unlink()
    scratch.write(new__a="x = 1\n")
    repository = Repository(scratch.root)
    paths = ["src/gone.py", "new", "new/a.py", ".", str(scratch.root / "src")]
    assert repository.changed(repository.range(gone), paths) == []
    link = tmp_path / "link"
    link.symlink_to(scratch.root, target_is_directory=True)
    scratch.write(src__pkg__limits="")
    (file,) = repository.changed(repository.range(gone), [str(link / "src")])
    assert file.new == "src/pkg/limits.py"


def test_a_file_that_became_a_link_is_said(scratch: Scratch) -> None:
    (scratch.root / "src/pkg/limits.py").unlink()
    (scratch.root / "src/pkg/limits.py").symlink_to(os.devnull)
    status, found = checked("HEAD")
    assert (status, found["src/pkg/limits.py"]["verdict"]) == (2, "refused")


def test_files_of_tests_are_left_out_unless_they_are_named(scratch: Scratch) -> None:
    scratch.commit(tests__test_x="def helper(x: int) -> int:\n    return x + 1\n")
    scratch.write(tests__test_x="def helper(x: int) -> int:\n    return 1 + x\n")
    ran = run("check", "--git", "HEAD")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "1 files of tests left out" in ran.stderr
    assert set(checked("HEAD", "tests")[1]) == {"tests/test_x.py::helper"}


def test_what_has_no_other_version_is_counted(scratch: Scratch) -> None:
    text = SHAPES.replace("def same", "def equal")
    scratch.write(src__pkg__sub__shapes=text)
    ran = run("check", "--git", "HEAD")
    assert "0 changed functions checked, 1 added, 1 removed" in ran.stderr


def test_a_contract_may_be_given(scratch: Scratch) -> None:
    scratch.write(src__pkg__sub__shapes=SHAPES.replace("SCALE = 5", "SCALE = 6"))
    assert checked("HEAD", "--contract", "compatible")[0] == 0


def test_a_file_that_can_not_be_read_is_said(scratch: Scratch) -> None:
    scratch.write(src__pkg__sub__shapes="def broken(:\n")
    (scratch.root / "src/pkg/limits.py").write_bytes(b"# \xff\n")
    status, found = checked("HEAD")
    assert status == 2
    assert "can't be parsed" in found["src/pkg/sub/shapes.py"]["text"]
    assert "not UTF-8 at byte 2" in found["src/pkg/limits.py"]["text"]


@pytest.mark.parametrize("revision", ["none", "--output=x", "HEAD..none", "HEAD:src", "", "..", "..."])
def test_what_is_no_commit_is_refused(scratch: Scratch, revision: str) -> None:
    with pytest.raises(GitError, match="is no commit of the repository"):
        Repository(scratch.root).range(revision)
    assert not (scratch.root / "x").exists()


def test_outside_of_a_repository_git_says_so(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        Repository(tmp_path)


def test_no_code_of_the_repository_runs_outside_of_the_jail(scratch: Scratch, tmp_path: Path) -> None:
    """Not by a filter, an external diff, a hook, or by importing it."""
    mark = tmp_path / "ran"
    script = scratch.root / "script.sh"
    script.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    script.chmod(0o755)
    (scratch.root / ".gitattributes").write_text("*.py filter=f diff=d export-subst\n")
    for name in ("filter.f.smudge", "diff.d.command", "diff.d.textconv", "core.fsmonitor", "diff.external"):
        scratch.git("config", name, str(script))
    harm = f"import os\ntry:\n    open({str(mark)!r}, 'w')\nexcept OSError:\n    pass\n"
    scratch.write(src__pkg____init__=harm, src__pkg__sub__shapes=REFACTORED)
    mark.unlink(missing_ok=True)
    assert checked("HEAD")[0] == 1
    assert not mark.exists()


def test_links_are_left_out(scratch: Scratch, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("KEY = 1\n")
    os.symlink(tmp_path / "secret.py", scratch.root / "link.py")
    os.symlink(tmp_path, scratch.root / "folder")
    scratch.commit()
    repository = Repository(scratch.root)
    for commit in ("HEAD", None):
        assert "link.py" not in dict(repository.modules(commit))


def test_no_other_file_is_copied(scratch: Scratch) -> None:
    (scratch.root / ".env").write_text("KEY=1\n")
    scratch.write(src__pkg__sub__shapes=REFACTORED)
    with comparison(scratch.root, "HEAD") as found:
        assert {path.suffix for path in Path(found.folder).rglob("*") if path.is_file()} == {".py"}


@pytest.mark.parametrize(
    ("path", "level", "home"),
    [
        ("src/pkg/sub/a.py", 0, Home(root="src", package="pkg.sub")),
        ("src/pkg/__init__.py", 1, Home(root="src", package="pkg")),
        ("a.py", 0, Home(root="", package="")),
        ("tools/a.py", 0, Home(root="tools", package="")),
        ("tools/a.py", 1, Home(root="", package="tools")),
        ("name-space/ns/a.py", 2, Home(root="name-space", package="ns")),
    ],
)
def test_the_home_of_a_module(path: str, level: int, home: Home) -> None:
    paths = ("src/pkg/__init__.py", "src/pkg/sub/__init__.py", "src/pkg/sub/a.py")
    assert Tree("before", Path(), dict.fromkeys(paths, b"")).home(path, level) == home


def test_files_that_import_a_changed_one_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    repository = Scratch(tmp_path)
    helper = "def base(x: int) -> int:\n    return x\n"
    repository.commit(
        package__helper=helper,
        package__user="from .helper import base\n\ndef f(x: int) -> int:\n    return base(x)\n",
        package__other="from package import helper\n\ndef g(x: int) -> int:\n    return helper.base(x)\n",
        package__alone="import json\n\ndef h(x: int) -> str:\n    return json.dumps(x)\n",
        tests__test_helper="from package.helper import base\n",
    )
    repository.commit(package__helper=helper.replace("return x", "return x + 0"))
    said = run("check", "--git", "HEAD~1..HEAD", "--max-examples", "5").stderr
    line = "not checked, though they import what changed: package/other.py, package/user.py"
    assert line in said.splitlines()
