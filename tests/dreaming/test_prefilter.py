"""Which drafts are stored, and why the others are not."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_athena_dreams.dreaming.drafts import Draft
from pytest_athena_dreams.dreaming.prefilter import (
    DROPPED_WORDS,
    LONGEST_DRAFT,
    SAME_SHAPE,
    Dropped,
    Passed,
    Prefilter,
    defines,
    imported,
    is_installed,
)

BASE = """\
import re
import missing_here

def words(text, limit=10):
    \"\"\"The words.\"\"\"
    found = re.findall(r"[a-z]+", text)
    if len(found) > limit:
        return found[:limit]
    return found
"""


def draft(code: str, **more: Any) -> Draft:
    values: dict[str, Any] = {
        "entry_point": "words",
        "dream_type": "constraint_relaxation",
        "reasoning": "because",
        "writer": "transform:some",
    }
    return Draft(code=code, **values | more)


def other(body: str, head: str = "") -> str:
    return f"{head}def words(text, limit=10):\n    {body}\n"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("def words(text:\n", Dropped.SYNTAX),
        ("x = 1\n" * LONGEST_DRAFT, Dropped.SYNTAX),
        ("def word(text): return text.split()\n", Dropped.ENTRY_POINT),
        (other("return text.split()", "import missing_there\n"), Dropped.IMPORTS),
        (other("return text.split()", "from . import helper\n"), Dropped.IMPORTS),
        (BASE, Dropped.COPY),
        (BASE.replace("found", "hits") + "# a comment\n", Dropped.COPY),
        (BASE.replace('    """The words."""\n', ""), Dropped.COPY),
    ],
)
def test_what_is_dropped(code: str, why: Dropped) -> None:
    assert Prefilter(BASE).check(draft(code)) is why


def test_what_is_stored() -> None:
    seen = Prefilter(BASE).check(draft(other("return text.split()[:limit]")))
    assert isinstance(seen, Passed)
    assert 0.3 < seen.novelty <= 1


def test_imports_of_the_procedure_and_of_other_parents_are_known() -> None:
    code = other("return text.split()", "import missing_here\n")
    assert isinstance(Prefilter(BASE).check(draft(code)), Passed)
    there = other("return text.split()", "import missing_there.part\n")
    prefilter = Prefilter(BASE, sources={7: "from missing_there import x\n"})
    assert prefilter.check(draft(there)) is Dropped.IMPORTS
    assert isinstance(prefilter.check(draft(there, parents=(1, 7))), Passed)


def test_no_dream_comes_twice() -> None:
    once, again = other("return text.split()"), other("return text.split()  # again")
    assert Prefilter(BASE, [(once, None)]).check(draft(again)) is Dropped.COPY
    prefilter = Prefilter(BASE)
    assert isinstance(prefilter.check(draft(once)), Passed)
    assert prefilter.check(draft(again)) is Dropped.COPY


def test_a_known_digest_stands_for_its_dream() -> None:
    found = Prefilter(BASE).check(draft(other("return text.split()")))
    assert isinstance(found, Passed)
    assert Prefilter(BASE, [("?", found.digest)]).check(draft(other("return text.split()"))) is Dropped.COPY


def test_other_constants_are_new_for_parameter_exploration_alone() -> None:
    prefilter = Prefilter(BASE)
    one = draft(BASE.replace("limit=10", "limit=20"))
    assert prefilter.check(one) is Dropped.NOT_NOVEL
    kinds = [
        prefilter.check(draft(BASE.replace("limit=10", f"limit={n}"), dream_type="parameter_exploration"))
        for n in range(20, 26)
    ]
    assert [isinstance(kind, Passed) for kind in kinds] == [n < SAME_SHAPE for n in range(6)]
    assert set(kinds[SAME_SHAPE:]) == {Dropped.NOT_NOVEL}


def test_operands_in_another_order_are_too_little() -> None:
    base = "def f(a, b):\n    return a - b\n"
    swapped = "def f(a, b):\n    return b - a\n"
    assert Prefilter(base).check(draft(swapped, entry_point="f")) is Dropped.NOT_NOVEL


def test_the_same_change_in_another_place_is_new_a_few_times() -> None:
    base = "def f(a, b, c, d):\n    return [a, b, c, d]\n"
    prefilter = Prefilter(base)
    changed = [base.replace("    return", f"    {name} = {name} or 0\n    return") for name in "abcd"]
    seen = [prefilter.check(draft(code, entry_point="f")) for code in changed]
    assert [isinstance(one, Passed) for one in seen] == [True] * SAME_SHAPE + [False]
    assert prefilter.check(draft(changed[0], entry_point="f")) is Dropped.COPY


@pytest.mark.parametrize(
    ("code", "name", "there"),
    [
        ("def f(): pass", "f", True),
        ("async def f(): pass", "f", True),
        ("f = len", "f", True),
        ("f: int", "f", False),
        ("from math import floor as f", "f", True),
        ("if True:\n    def f(): pass\nelse:\n    pass", "f", True),
        ("try:\n    import x\nexcept ImportError:\n    def f(): pass", "f", True),
        ("class A:\n    def f(self): pass", "A.f", True),
        ("class A:\n    def f(self): pass", "f", False),
        ("class A:\n    def f(self): pass", "B.f", False),
        ("def f(:", "f", False),
    ],
)
def test_where_a_function_is_defined(code: str, name: str, there: bool) -> None:
    assert defines(code, name) is there


def test_imports_that_may_fail_do_not_count() -> None:
    code = (
        "import a.b\ntry:\n    import c\nexcept ImportError:\n    c = None\ndef f():\n    from d import e\n"
    )
    assert imported(code) == {"a", "d"}
    assert imported("import (") == frozenset()


def test_what_is_installed() -> None:
    assert is_installed("json")
    assert is_installed("pytest")
    assert not is_installed("surely_not_installed")
    assert not is_installed(".")


def test_every_reason_has_words() -> None:
    assert set(DROPPED_WORDS) == set(Dropped)
