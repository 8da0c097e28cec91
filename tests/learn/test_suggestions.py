"""Every pattern gets a fitting rule and a real example."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_athena_dreams.learn.patterns import fingerprint
from pytest_athena_dreams.learn.rules import BY_CATEGORY
from pytest_athena_dreams.learn.suggestions import Cause, example, rule
from pytest_athena_dreams.models import Category, Fault
from pytest_athena_dreams.source.changes import SHOWN
from tests.corpus import corpus

from .test_patterns import BASE, EDITS


@pytest.mark.parametrize("category", Category)
def test_every_category_has_a_rule(category: Category) -> None:
    assert rule(category, None, "something else", "") == BY_CATEGORY[category]


@pytest.mark.parametrize("change", EDITS.values(), ids=list(EDITS))
def test_every_edit_has_a_rule_of_its_own(change: tuple[str, str]) -> None:
    fault = Fault(category=Category.LOGIC, summary="returned another value")
    mark = fingerprint(fault, BASE.replace(*change), BASE)
    assert rule(mark.category, mark.exception, mark.message, mark.context) != BY_CATEGORY[Category.LOGIC]


@pytest.mark.parametrize(
    ("category", "exception", "message", "context", "part"),
    [
        (Category.SYNTAX, "SyntaxError", "markdown fences around the code", "", "no markdown fences"),
        (Category.DEPENDENCY, "ModuleNotFoundError", "No module named 'x'", "", "standard library"),
        (Category.RUNTIME, "IndexError", "list index out of range", "an item read", "Guard subscripts"),
        (Category.RUNTIME, "ValueError", "no", "its own raise", "Do not raise"),
        (Category.RUNTIME, "json.decoder.JSONDecodeError", "no", "a call", "must not raise"),
        (Category.VALIDATION, None, "no input accepted", "", "Accept the inputs"),
    ],
)
def test_the_most_special_rule_wins(
    category: Category, exception: str, message: str, context: str, part: str
) -> None:
    assert part in rule(category, exception, message, context)


@pytest.mark.parametrize(
    ("message", "part"),
    [
        ("ran `git push …` before `pytest -q`", "Keep the order of commands"),
        ("also ran `git push …`", "where it stops, stop"),
        ("did not run `git add …`", "Leave out no command"),
        ("ran `git commit …`, not `git add …`", "Keep the words of commands"),
        ("sent `POST …`, not `GET …`", "Keep the method"),
        ("left other files behind: a.txt", "temporary files, and nothing else"),
        ("slept for another time", "Wait as long"),
        ("printed another text to standard output", "Print what the procedure prints"),
    ],
)
def test_what_a_dream_did_in_its_world_has_a_rule_before_its_edit(message: str, part: str) -> None:
    assert part in rule(Category.LOGIC, None, message, "a call left out")


def test_an_example_shows_both_sides_and_the_call() -> None:
    code = BASE.replace("item < limit", "item <= limit")
    fault = Fault(
        category=Category.LOGIC,
        summary="returned another value",
        expected="returned []",
        got="returned [3]",
        call="pick([0, 3])",
    )
    found = example(7, fault, code, BASE)
    assert found is not None
    assert found.wrong.strip() == "if item <= limit and item != 7:"
    assert found.right.strip() == "if item < limit and item != 7:"
    assert (found.dream_id, found.call, found.expected, found.got) == (
        *(7, "pick([0, 3])"),
        *("returned []", "returned [3]"),
    )


def shown(fault: Fault, code: str, procedure: str | None) -> tuple[str, str]:
    """Both sides of the example of a dream with ``code``."""
    found = example(1, fault, code, procedure)
    assert found is not None
    return found.wrong, found.right


def test_an_example_shows_the_change_nearest_to_the_line_that_raised() -> None:
    code = "import sys\n" + BASE.replace("sorted(kept)", "sorted(kep)") + "x = 1\n" * 20
    fault = Fault(category=Category.RUNTIME, summary="NameError: kep", line=8, exception="NameError")
    assert shown(fault, code, BASE) == ("return sorted(kep)", "return sorted(kept)")
    assert shown(fault, code, None) == ("return sorted(kep)", "")
    wrong, right = shown(Fault(category=Category.SYNTAX, summary="no"), code, None)
    assert (wrong.splitlines()[:2], right) == (["import sys", "def pick(items, limit=3):"], "")
    assert len(wrong.splitlines()) == SHOWN + 1
    assert wrong.endswith("\n…")


LOGIC = Fault(category=Category.LOGIC, summary="returned another value")


def test_a_change_that_matters_comes_before_a_docstring_an_import_and_a_comment() -> None:
    code = '"""A dream."""\n\nimport sys\n\n' + BASE.replace(
        "    kept = []\n", '    """Pick."""\n    # Nothing yet.\n\n    kept = []\n'
    ).replace("item < limit", "item <= limit")
    assert shown(LOGIC, code, BASE) == (
        "if item <= limit and item != 7:",
        "if item < limit and item != 7:",
    )


def test_code_that_is_left_out_or_added_is_shown_with_its_neighbour() -> None:
    without = BASE.replace("    kept = []\n", "")
    neighbour = "for n in range(1, len(items)):"
    assert shown(LOGIC, without, BASE) == (neighbour, f"kept = []\n{neighbour}")
    assert shown(LOGIC, BASE, without) == (f"kept = []\n{neighbour}", neighbour)


def test_the_only_change_is_proven_and_so_is_one_that_a_test_found() -> None:
    once = BASE.replace("item < limit", "item <= limit")
    twice = once.replace("range(1", "range(0")
    found = [example(1, LOGIC, code, BASE) for code in (once, twice)]
    assert [each is not None and each.proven for each in found] == [True, False]
    cause = Cause(wrong="range(0", right="range(1")
    proven = example(1, LOGIC, twice, BASE, cause)
    assert proven is not None
    assert (proven.wrong, proven.right, proven.proven) == ("range(0", "range(1", True)


@pytest.mark.parametrize("code", ["", "\n\n", "# nothing\n", '"""Nothing."""\n'])
def test_there_is_no_example_without_code(code: str) -> None:
    assert example(1, Fault(category=Category.VALIDATION, summary="no"), code, None) is None


def holds_code(text: str) -> bool:
    """Whether a side of an example is more than blank lines, comments and a docstring."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    quoted = lines and lines[0].startswith(('"""', "'''")) and lines[-1].endswith(('"""', "'''"))
    return bool(lines) and lines != ["…"] and not quoted


@pytest.mark.parametrize("name", ["small", "mbpp_typed", "mbpp_untyped", "structured_dev", "effects_dev"])
def test_no_example_of_a_corpus_is_blank_a_comment_or_a_docstring(name: str) -> None:
    for dream in corpus(name):
        base = dream["procedure"]["code"] if dream.get("procedure") else None
        for line in (None, *range(1, dream["code"].count("\n") + 2)):
            wrong, right = shown(replace(LOGIC, line=line), dream["code"], base)
            assert holds_code(wrong), (dream["label"], line, wrong)
            assert not right or holds_code(right), (dream["label"], line, right)
