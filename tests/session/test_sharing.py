"""Dreams of one run whose code behaves alike share the verdict that each would get alone."""

from __future__ import annotations

import json

import pytest

from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import Run, rows

BAD = CLAMP.replace("max(low, min(x, high))", "[x, low, high]")
RUNS = ("--athena-max-examples", "20", "--athena-shrink-time", "0.2")
SAME = "def f(x: int) -> int:\n    return x\n"

MOVED = {"def f": "# moved\ndef f"}
SEEING = {
    "the code of a generator": (
        (
            "def f(x: int) -> int:\n    g = (n for n in [x])\n    names = g.gi_code.co_varnames\n"
            "    return x if 'n' in names else x + 1\n"
        ),
        {"n for n": "m for m"},
    ),
    "the frame of a generator": (
        (
            "def f(x: int) -> int:\n    g = (n for n in [x])\n"
            "    return x if g.gi_frame.f_lineno == 2 else x + 1\n"
        ),
        MOVED,
    ),
    "a context manager": (
        (
            "class A:\n    def __enter__(self):\n        return self\n"
            "    def __exit__(self, kind, value, trace):\n"
            "        self.line = trace.tb_lineno\n        return True\n"
            "def f(x: int) -> int:\n    with A() as a:\n        1 // 0\n"
            "    return x if a.line == 9 else x + 1\n"
        ),
        MOVED,
    ),
    "a module's module": (
        (
            "import enum\ndef f(x: int) -> int:\n    line = enum.sys._getframe().f_lineno\n"
            "    return x if line == 3 else x + 1\n"
        ),
        MOVED,
    ),
    "the namespace of a class": (
        (
            "def f(x: int) -> int:\n    seen = []\n"
            "    class D(dict):\n        def __missing__(self, key):\n"
            "            seen.append(key)\n            raise KeyError(key)\n"
            "    class M(type):\n        @classmethod\n"
            "        def __prepare__(cls, *a):\n            return D()\n"
            "    n = x\n    class C(metaclass=M):\n        y = n\n"
            "    return x if 'n' in seen else x + 1\n"
        ),
        {"n = x": "m = x", "y = n": "y = m"},
    ),
    "a pattern": (
        (
            "def f(x: int) -> int:\n    match (n for n in [x]):\n        case object(gi_code=code):\n"
            "            return x if 'n' in code.co_varnames else x + 1\n"
        ),
        {"n for n": "m for m"},
    ),
    "the text of an exception": (
        (
            "def f(x: int) -> int:\n    try:\n        return later\n    except NameError as exc:\n"
            "        return x if 'later' in str(exc) else x + 1\n    later = x\n"
        ),
        {"return later": "return after", "later = x": "after = x"},
    ),
    "a format": (
        (
            "def f(x: int) -> int:\n    g = (n for n in [x])\n"
            "    return x if \"'n'\" in '{0.gi_code.co_varnames}'.format(g) else x + 1\n"
        ),
        {"n for n": "m for m"},
    ),
}
"""Code that is right, and edits of its layout or of a local's name that make it wrong."""


@pytest.mark.parametrize("right_first", [True, False], ids=["right-first", "wrong-first"])
def test_code_that_sees_itself_gets_the_verdict_that_it_gets_alone(
    run_alone: Run, pytester: pytest.Pytester, right_first: bool
) -> None:
    lines = []
    for name, (right, edits) in SEEING.items():
        wrong = right
        for old, new in edits.items():
            wrong = wrong.replace(old, new)
        pair = [(f"{name}, right", right), (f"{name}, wrong", wrong)]
        for label, code in pair if right_first else reversed(pair):
            lines.append(dream(label, code, procedure=SAME, contract="equivalent"))
    make_store(pytester.path / "athena.db", *lines)
    run_alone(*RUNS)
    found = verdicts(pytester.path / "athena.db")
    assert found == {
        label: ("success", None) if label.endswith("right") else ("failure", "logic") for label in found
    }
    assert len(found) == 2 * len(SEEING)


@pytest.mark.parametrize("code", [CLAMP, BAD], ids=["good", "bad"])
def test_alike_dreams_share_a_verdict(run_dreams: Run, pytester: pytest.Pytester, code: str) -> None:
    twin = "# another layout\n" + code.replace("    ", "  ")
    alike = [dream("one", code), dream("two", twin), dream("three", twin + "\n")]
    make_store(pytester.path / "athena.db", *alike, dream("strict", twin, contract="equivalent"))
    result = run_dreams(*RUNS)
    outcome = "passed" if code == CLAMP else "failed"
    result.assert_outcomes(**{outcome: 4})
    taken = rows(pytester, "SELECT dream_id, taken_from_dream AS t, taken_from_run AS r, details, digest FROM"
                 " dream_test_results ORDER BY 1")  # fmt: skip
    assert len({row["digest"] for row in taken}) == 4
    shared = [row for row in taken if row["t"] is not None]
    assert {row["t"] for row in shared} <= {1, 2, 3}
    assert {row["r"] for row in shared} <= {1}
    assert 4 not in {row["dream_id"] for row in shared}
    said = [line for line in result.stdout.lines if line.startswith("same code as another dream of this run")]
    assert said == [f"same code as another dream of this run, and its verdict: {len(shared)}"][: len(shared)]
    if code == BAD:
        assert len({json.dumps(json.loads(row["details"])) for row in taken[:3]}) == 1


def shares(pytester: pytest.Pytester) -> list[int | None]:
    """By dream, from which dream it has its verdict."""
    found = rows(pytester, "SELECT taken_from_dream AS t FROM dream_test_results ORDER BY dream_id")
    return [row["t"] for row in found]


def details(pytester: pytest.Pytester) -> list[list[dict[str, object]]]:
    """By dream, its faults."""
    found = rows(pytester, "SELECT details FROM dream_test_results ORDER BY dream_id")
    return [json.loads(row["details"]) for row in found]


def test_a_twin_has_lines_of_its_own(run_alone: Run, pytester: pytest.Pytester) -> None:
    code = CLAMP.replace("return", "boom = x // 0\n    return")
    make_store(pytester.path / "athena.db", dream("one", code), dream("two", "\n\n# moved\n" + code))
    result = run_alone(*RUNS)
    result.assert_outcomes(failed=2)
    one, two = details(pytester)
    assert [fault["line"] for fault in one] == [4]
    assert [fault["line"] for fault in two] == [7]
    assert shares(pytester) == [None, 1]
    result.stdout.fnmatch_lines(
        ["  >    7 |     boom = x // 0", "  verdict taken from dream 1, whose code behaves the same"]
    )


def test_faults_on_one_line_are_counted_as_they_are_alone(run_alone: Run, pytester: pytest.Pytester) -> None:
    code = "def f(x: int) -> int:\n    if x < 0:\n        return 1 // 0\n    return 2 // 0\n"
    twin = "def f(x: int) -> int:\n    if x < 0: return 1 // 0\n    return 2 // 0\n"
    third = "def f(x: int) -> int:\n    if x < 0: return 1 // 0\n    return (2 //\n 0)\n"
    dreams = [dream(str(n), code, procedure=SAME) for n, code in enumerate((code, twin, third))]
    make_store(pytester.path / "athena.db", *dreams)
    run_alone(*RUNS).assert_outcomes(failed=3)
    assert [[fault["line"] for fault in faults] for faults in details(pytester)] == [[4, 3], [3, 2], [3, 2]]
    assert shares(pytester) == [None, None, None]


def test_a_twin_is_read_with_the_users_own_warning_filter(run_alone: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nfilterwarnings = error")
    code = CLAMP.replace("return", 'boom = "\\d" + x\n    return')
    make_store(pytester.path / "athena.db", dream("one", code), dream("two", "# moved\n" + code))
    result = run_alone(*RUNS)
    result.assert_outcomes(failed=2)
    assert set(verdicts(pytester.path / "athena.db").values()) == {("failure", "type")}
    assert shares(pytester) == [None, 1]


def test_a_message_that_names_a_local_is_not_shared(run_alone: Run, pytester: pytest.Pytester) -> None:
    code = CLAMP.replace("return", "print(later)\n    later = 1\n    return")
    make_store(pytester.path / "athena.db", dream("one", code), dream("two", code.replace("later", "after")))
    run_alone(*RUNS).assert_outcomes(failed=2)
    errors = [
        row["error"] for row in rows(pytester, "SELECT error FROM dream_test_results ORDER BY dream_id")
    ]
    assert ["later" in error for error in errors] == [True, False]
    assert ["after" in error for error in errors] == [False, True]


def test_a_message_that_names_a_line_is_not_shared(run_alone: Run, pytester: pytest.Pytester) -> None:
    code = CLAMP + "return 1\n"
    make_store(pytester.path / "athena.db", dream("one", code), dream("two", "# moved\n" + code))
    run_alone(*RUNS).assert_outcomes(failed=2)
    one, two = details(pytester)
    assert "line 5" in str(one[0]["summary"])
    assert "line 6" in str(two[0]["summary"])


def test_where_messages_count_names_of_locals_do(run_alone: Run, pytester: pytest.Pytester) -> None:
    code = "def f(x: int) -> int:\n    if x:\n        later = x\n    return later\n"
    same = [dream("same", code + "# more\n", procedure=code, contract="equivalent")]
    other = [dream("other", code.replace("later", "after"), procedure=code, contract="equivalent")]
    make_store(pytester.path / "athena.db", *same, *other)
    run_alone(*RUNS, "--athena-exceptions", "message").assert_outcomes(passed=1, failed=1)
    assert verdicts(pytester.path / "athena.db")["other"][0] == "failure"
