"""What a person reads of a failed dream: short, whole, and as pytest's own options have it."""

from __future__ import annotations

import re

import pytest

from tests.dreams import CLAMP, dream, make_store
from tests.session.conftest import Run

TABLE = "def f(n: int) -> list[str]:\n    return [f'row {i}' for i in range(60)]\n"
OFF = TABLE.replace("row {i}", "row {i + (i > 30)}")
HOSTILE = (
    "def f(n: int, s: str) -> str:\n"
    + "    # \x1b[2J \u202e\n" * 10
    + "    if n > 90: raise KeyError('\\x1b[2J\\n' * 5000)\n"
    + "    if n > 50: raise OSError(s)\n"
    + "    if n < -5: raise IndexError\n"
    + "    if n == 7: raise ValueError\n"
    + "    return ['\\ud800\\n' * 50] * (n % 99)\n"
    + "    #\n" * 10
)


def block(result: pytest.RunResult) -> list[str]:
    """The lines of the first failure, without its headline."""
    lines = result.stdout.lines
    start = next(n for n, line in enumerate(lines) if re.match(r"_+ .*::.* _+$", line)) + 1
    end = next(n for n, line in enumerate(lines[start:], start) if line.startswith("  repeat: ")) + 1
    return [line for line in lines[start:end] if not line.startswith("[gw")]  # a line of xdist's


@pytest.fixture
def tables(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    make_store(pytester.path / "athena.db", dream("off", OFF, procedure=TABLE))


@pytest.mark.usefixtures("tables")
def test_large_values_are_told_by_how_they_differ(run_dreams: Run) -> None:
    lines = block(run_dreams())
    assert lines[0] == "logic: returned another value at [31]: 'row 32', not 'row 31'"
    assert lines[5:14] == [
        "  - procedure, + dream:",
        "      ... 30 equal lines",
        "          'row 29',",
        "          'row 30',",
        "    -     'row 31',",
        "          'row 32',",
        "          'row 33',",
        "    ... 5 more lines, use '-vv' to show them",
        "",
    ]
    assert "  >    2 |     return [f'row {i + (i > 30)}' for i in range(60)]" in lines


@pytest.mark.usefixtures("tables")
def test_more_is_shown_when_asked_for(run_alone: Run) -> None:
    quiet, usual, more, whole = (
        len(block(run_alone("--athena-select", "all", *args))) for args in (("-q",), (), ("-v",), ("-vv",))
    )
    assert quiet == usual < more <= whole
    assert "more lines" not in "".join(block(run_alone("--athena-select", "all", "-vv")))


@pytest.mark.parametrize(
    ("style", "around"),
    [("auto", 3), ("long", 12), ("short", 0), ("native", 3), ("line", None), ("no", None)],
)
def test_tb_does_what_it_does_in_pytest(
    run_alone: Run, pytester: pytest.Pytester, style: str, around: int | None
) -> None:
    code = "# a\n" * 20 + CLAMP.replace("min(x, high)", "x") + "# z\n" * 20
    make_store(pytester.path / "athena.db", dream("bad", code))
    result = run_alone(f"--tb={style}")
    shown = [line for line in result.stdout.lines if re.match(r"  [> ] +\d+ \|", line)]
    assert len(shown) == (0 if around is None else 2 * around + 1)
    one_line = "athena.db::clamp::constraint_relaxation-1:0: logic: bad: returned another value"
    assert (one_line in result.stdout.lines) == (style == "line")
    result.stdout.fnmatch_lines(["FAILED athena.db::clamp::constraint_relaxation-1 - logic: *"])


def test_the_worst_of_dreams_is_told_in_25_lines(
    run_dreams: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    base = "def f(n: int, s: str) -> list[str]:\n    return ['\\ud800\\n' * 49] * (n % 99)\n"
    make_store(pytester.path / "athena.db", dream("worst", HOSTILE, procedure=base))
    lines = block(run_dreams())
    assert len([line for line in lines if line.startswith("  also ")]) == 4
    assert len(lines) <= 25
    assert all(len(line) <= 160 for line in lines[:-1])
    text = "".join(lines)
    assert not {"\x1b", "\u202e", "\ud800"} & set(text)


@pytest.mark.usefixtures("tables")
def test_colours_are_those_of_pytest(run_alone: Run) -> None:
    plain, colour = (run_alone("--athena-select=all", f"--color={when}") for when in ("no", "yes"))
    assert "\x1b" not in plain.stdout.str()
    text = colour.stdout.str()
    assert "\x1b[31m\x1b[1mlogic: returned another value" in text
    assert "\x1b[31m    -     'row 31'," in text


def test_the_repeat_command_has_what_decides_a_verdict(run_alone: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "athena.db", dream("off", OFF, procedure=TABLE))
    settings = ("--athena-tolerance", "0.5", "--athena-signed-zero", "on", "--athena-exceptions", "message")
    line = block(run_alone(*settings))[-1]
    assert " ".join(settings) in line


def test_without_a_procedure_none_is_told(run_alone: Run, pytester: pytest.Pytester) -> None:
    line = dream("free", "def f(n: int) -> int:\n    return [][n]\n", procedure=None)
    make_store(pytester.path / "athena.db", line | {"dream_type": "cross_project_synthesis"})
    lines = block(run_alone())
    assert lines[:2] == ["runtime: IndexError: list index out of range", "  call       f(0)"]
    assert lines[2] == "  dream      raised IndexError: list index out of range"


BASE = '''\
def f(n: int) -> int:
    """Add one."""
    m = n
    m = m + 1
    return m
'''
RAISED = BASE.replace("m + 1", "[][n]")


@pytest.mark.parametrize(
    ("code", "line"),
    [
        pytest.param(BASE.replace("+ 1", "- 1"), 4, id="differs"),
        pytest.param("import sys\n\f\n" + BASE.replace("+ 1", "- 1"), 6, id="after-an-import"),
        pytest.param(
            '"""A module."""\n\n' + BASE.replace("one.", "two.").replace("+ 1", "- 1"), 6, id="docs"
        ),
        pytest.param(RAISED.replace("m = n", "m = n + 0"), 4, id="raises"),
        pytest.param(BASE.replace("    m = m + 1\n", ""), None, id="left-out"),
        pytest.param("```python\n" + BASE + "```\n", 1, id="no-python"),
        pytest.param("", None, id="empty"),
    ],
)
def test_the_line_that_differs_or_raises_is_marked(
    run_alone: Run, pytester: pytest.Pytester, code: str, line: int | None
) -> None:
    make_store(pytester.path / "athena.db", dream("bad", code, procedure=BASE, contract="equivalent"))
    marked = [int(found[1]) for text in run_alone().outlines if (found := re.match(r"  > +(\d+) \|", text))]
    assert marked == ([] if line is None else [line])


def test_a_guessed_function_is_named(run_dreams: Run, pytester: pytest.Pytester) -> None:
    two = "def one(n: int) -> int:\n    return n\n\ndef other(n: int) -> int:\n    return n{}\n"
    procedure = {"name": "numbers", "project": "tests", "code": two.format("")}
    lines = [dream(f"d{n}", two.format(off), procedure=None) for n, off in enumerate(("", " + 1"))]
    make_store(
        pytester.path / "athena.db",
        *(line | {"procedure": procedure, "contract": "equivalent"} for line in lines),
    )
    result = run_dreams("-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*PASSED (evidence *; tested: other, a guess*"])
    result.stdout.fnmatch_lines(["  contract equivalent, * of them fail this way; tested: other, a guess"])
