"""Every pattern gets a rule that fits, and an example that was seen."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.learn.patterns import fingerprint
from pytest_athena_dreams.learn.rules import BY_CATEGORY
from pytest_athena_dreams.learn.suggestions import example, rule
from pytest_athena_dreams.models import Category, Fault

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
    assert found.wrong.strip() == "if item <= limit and item != 7:"
    assert found.right.strip() == "if item < limit and item != 7:"
    assert (found.dream_id, found.call, found.expected, found.got) == (
        *(7, "pick([0, 3])"),
        *("returned []", "returned [3]"),
    )


def test_an_example_takes_the_change_nearest_to_the_line_and_is_cut() -> None:
    code = "import sys\n" + BASE.replace("sorted(kept)", "sorted(kep)") + "x = 1\n" * 20
    fault = Fault(category=Category.RUNTIME, summary="NameError: kep", line=8, exception="NameError")
    assert "sorted(kep)" in example(1, fault, code, BASE).wrong
    alone = example(1, fault, code, None)
    assert (alone.wrong.strip(), alone.right) == ("return sorted(kep)", "")
    whole = example(1, Fault(category=Category.SYNTAX, summary="no"), code, None)
    assert whole.wrong.count("\n") == 6
    assert whole.wrong.endswith("…")
