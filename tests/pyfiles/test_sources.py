"""Procedures and dreams out of Python files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_athena_dreams.errors import ImportFileError
from pytest_athena_dreams.pyfiles.sources import Choice, Found, is_python, read_python
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.importer import import_lines
from pytest_athena_dreams.store.jsonl import Entry, Line

TOOLS = """\
from .util import aid

def clean(text):
    return aid(text)

def _own(x):
    return x

class C:
    def m(self): return 1
"""
DREAMS = """\
K = 1

def helper(x): return x

# dream of clean (conditional_variant)
def quick(x): return helper(x)
"""


def put(folder: Path, **files: str) -> Path:
    """Write files; ``__`` in a name stands for a folder."""
    for name, text in files.items():
        path = folder.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def names(found: Found) -> list[str]:
    return [one.procedure.name if isinstance(one, Entry) else one.label for one in found.lines]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    put(tmp_path, src__pack__tools=TOOLS, src__pack__util="def aid(x):\n    return x\n")
    (tmp_path / "src/pack/__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "demo"\n')
    return tmp_path


def test_a_folder_gives_its_public_functions(project: Path) -> None:
    put(
        project,
        src__tests__test_x="def f(): pass\n",
        src__pack__test_y="def f(): pass\n",
        src__pack__conftest="def f(): pass\n",
    )
    found = read_python([project / "src"], Choice())
    assert names(found) == ["pack.tools.clean", "pack.util.aid"]
    first = found.lines[0]
    assert isinstance(first, Entry)
    where = str(project / "src/pack/tools.py::clean")
    assert (first.procedure.project, first.procedure.entry_point, first.procedure.source) == (
        "demo",
        "clean",
        where,
    )
    assert first.procedure.code.startswith("from pack.util import aid\n")
    assert found.needs == (f"pack.util (in {project / 'src'})",)


def test_functions_can_be_chosen(project: Path) -> None:
    tools = project / "src/pack/tools.py"
    assert names(read_python([tools], Choice(functions=("_own", "C.m")))) == [
        "pack.tools._own",
        "pack.tools.C.m",
    ]
    assert len(read_python([tools], Choice(everything=True)).lines) == 3
    (own,) = read_python([tools], Choice(functions=("_own",), project="p")).lines
    assert isinstance(own, Entry)
    assert own.procedure.project == "p"


def test_a_file_of_dreams_gives_only_these(project: Path) -> None:
    found = read_python([put(project, dreams=DREAMS) / "dreams.py", project / "src"], Choice())
    assert names(found) == ["pack.tools.clean", "pack.util.aid", "dreams.quick"]
    with Store.create(project / "a.db") as store:
        import_lines(store, found.lines)
        (dream,) = store.dreams()
    assert dream.procedure is not None
    assert (dream.procedure.name, dream.dream_type, dream.entry_point) == (
        "pack.tools.clean",
        "conditional_variant",
        "quick",
    )
    assert dream.code == "def helper(x): return x\n\ndef quick(x): return helper(x)\n"


def test_a_dream_of_an_unknown_or_unclear_procedure_is_refused(project: Path) -> None:
    put(project, dreams="# dream of clean\ndef quick(x): return x\n", other="def clean(x): return x\n")
    with Store.create(project / "a.db") as store:
        with pytest.raises(ImportFileError, match=r"dreams.py::quick, the store has no procedure 'clean'"):
            import_lines(store, read_python([project / "dreams.py"], Choice()).lines)
        with pytest.raises(
            ImportFileError, match=r"'clean' can be any of: other.clean of .*, pack.tools.clean of "
        ):
            import_lines(store, read_python([project], Choice()).lines)
        assert store.dreams() == []


PROBLEMS = {
    "not Python": ("def f(:\n", "can't be parsed as Python"),
    "another encoding": ("# coding: latin-99\n", "can't be decoded"),
    "no public function": ("def _f(): pass\n", "no public function in "),
    "an unknown type": (
        "# dream of g (dreamy)\ndef f(): pass\n",
        "f is a dream of the unknown type or contract 'dreamy'",
    ),
    "a mapping of something else": ("DREAMS = 3\n", "line 1, DREAMS is not a dict of texts"),
}


@pytest.mark.parametrize(("text", "problem"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_file_that_can_t_be_read_is_named(tmp_path: Path, text: str, problem: str) -> None:
    path = put(tmp_path, bad=text) / "bad.py"
    with pytest.raises(ImportFileError) as error:
        read_python([path], Choice())
    assert str(error.value).startswith("nothing was imported:\n  ")
    assert problem in str(error.value)
    assert str(path) in str(error.value)


def test_a_function_that_no_file_has_is_refused(project: Path) -> None:
    with pytest.raises(ImportFileError, match="no file has a function nope; check --functions"):
        read_python([project / "src"], Choice(functions=("clean", "nope")))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"gone.py, can't be read \(No such file or directory\)"):
        read_python([tmp_path / "gone.py"], Choice())


def test_what_is_read_as_python(tmp_path: Path) -> None:
    assert [is_python(Path(name)) for name in ("a.py", "a.jsonl", "-", str(tmp_path))] == [
        True,
        False,
        False,
        True,
    ]


def test_the_same_file_again_adds_nothing_and_a_change_is_a_new_version(project: Path) -> None:
    with Store.create(project / "a.db") as store:
        added = [
            import_lines(store, read_python([project / "src"], Choice()).lines).procedures for _ in range(2)
        ]
        tools = project / "src/pack/tools.py"
        tools.write_text(TOOLS.replace("aid(text)", "aid(text) + ''"))
        added.append(import_lines(store, read_python([tools], Choice()).lines).procedures)
    assert added == [2, 0, 1]


STEPS = """\
# What an agent did, step by step
import shutil

for name in ("build", "dist"):
    shutil.rmtree(name, ignore_errors=True)
"""


def test_a_file_without_functions_is_one_procedure(tmp_path: Path) -> None:
    put(tmp_path, steps=STEPS)
    (entry,) = read_python([tmp_path / "steps.py"], Choice()).lines
    assert isinstance(entry, Entry)
    assert (entry.procedure.name, entry.procedure.entry_point) == ("steps", None)
    assert (entry.procedure.code, entry.procedure.source) == (STEPS, str(tmp_path / "steps.py"))


def test_a_file_without_functions_is_one_dream_if_a_comment_says_so(tmp_path: Path) -> None:
    put(tmp_path, other=f"# dream of steps (conditional_variant)\n{STEPS}")
    (line,) = read_python([tmp_path / "other.py"], Choice()).lines
    assert isinstance(line, Line)
    assert (line.label, line.of, line.dream.dream_type) == ("other", "steps", "conditional_variant")
    assert (line.dream.code, line.dream.entry_point) == (STEPS, None)


def test_a_folder_gives_no_scripts(tmp_path: Path) -> None:
    put(tmp_path, steps=STEPS, names="x = 1\n")
    with pytest.raises(ImportFileError, match="no public function in"):
        read_python([tmp_path], Choice())
    with pytest.raises(ImportFileError, match="no public function in"):
        read_python([tmp_path / "names.py"], Choice())


def test_a_comment_above_a_method_makes_it_a_dream(tmp_path: Path) -> None:
    code = "class C:\n    # dream of tools.C.m\n    @staticmethod\n    def m(): return 1\n"
    put(tmp_path, other=code)
    (line,) = read_python([tmp_path / "other.py"], Choice()).lines
    assert isinstance(line, Line)
    assert (line.label, line.of, line.dream.entry_point) == ("other.C.m", "tools.C.m", "C.m")
    assert "dream of" not in line.dream.code


def test_a_comment_may_give_a_contract(tmp_path: Path) -> None:
    put(
        tmp_path,
        other="# dream of t.f (equivalent)\ndef a(): pass\n# dream of t.f (conditional_variant, free)\n"
        "def b(): pass\n",
        wrong="# dream of t.f (equal)\ndef a(): pass\n",
    )
    lines = read_python([tmp_path / "other.py"], Choice()).lines
    assert [(one.dream.dream_type, one.dream.contract) for one in lines if isinstance(one, Line)] == [
        ("constraint_relaxation", "equivalent"),
        ("conditional_variant", "free"),
    ]
    with pytest.raises(ImportFileError, match="unknown type or contract 'equal'; known are constraint_rel"):
        read_python([tmp_path / "wrong.py"], Choice())


def test_classes_whose_methods_are_left_out_are_named(project: Path) -> None:
    assert read_python([project / "src"], Choice()).classes == ("C",)
    assert read_python([project / "src"], Choice(everything=True)).classes == ()


def test_a_folder_without_python_files_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="no Python file in"):
        read_python([tmp_path], Choice())
