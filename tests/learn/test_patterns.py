"""Which failures share a fingerprint, and which a person would keep apart."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.learn.messages import difference, general
from pytest_athena_dreams.learn.patterns import fingerprint
from pytest_athena_dreams.models import Category, Fault
from pytest_athena_dreams.source.edits import REWRITTEN, edits
from tests.corpus import corpus
from tests.source.kit import renamed, shifted

BASE = """\
def pick(items, limit=3):
    kept = []
    for n in range(1, len(items)):
        item = items[n]
        if item < limit and item != 7:
            kept.append(item)
    return sorted(kept)
"""
EDITS = {
    "a comparison with its boundary moved": ("item < limit", "item <= limit"),
    "a comparison turned into its opposite": ("item < limit", "item >= limit"),
    "another comparison": ("item < limit", "item == limit"),
    "and and or exchanged": (" and ", " or "),
    "a part of a condition left out": (" and item != 7", ""),
    "a part of a condition added": ("item != 7", "item != 7 and item != 8"),
    "a condition negated": ("item < limit and item != 7", "not (item < limit and item != 7)"),
    "a condition that always goes one way": ("item < limit and item != 7", "True"),
    "another number in a range": ("range(1", "range(0"),
    "another number in a comparison": ("item != 7", "item != 8"),
    "another number in a default": ("limit=3", "limit=4"),
    "None returned": ("return sorted(kept)", "return None"),
    "a call left out": ("sorted(kept)", "kept"),
    "an operand added": ("len(items))", "len(items) - 1)"),
    "another function called": ("sorted(kept)", "list(kept)"),
    "another method or attribute": (".append", ".insert"),
    "another variable": ("append(item)", "append(n)"),
    "a call left out of it": ("            kept.append(item)\n", "            pass\n"),
}


@pytest.mark.parametrize(("words", "change"), EDITS.items(), ids=list(EDITS))
def test_an_edit_is_told_in_words(words: str, change: tuple[str, str]) -> None:
    after = BASE.replace(*change)
    assert after != BASE
    assert edits(BASE, after) == (words.removesuffix(" of it"),)


def test_a_negative_number_is_a_number() -> None:
    assert edits("def f(): return -1\n", "def f(): return 1\n") == ("another number in a return",)


def test_many_edits_are_a_rewrite() -> None:
    other = "def pick(items, limit=3):\n    return sorted(x for x in items[1:] if 7 != x < limit)\n"
    assert edits(BASE, other) == (REWRITTEN,)


def test_no_edit_and_no_python() -> None:
    assert edits(BASE, renamed(BASE, str.upper)) == ()
    assert edits(BASE, "def f(:") is None


names = st.text("abcdefgh_", min_size=2, max_size=8).map(lambda name: f"x_{name}")
summaries = st.sampled_from(["returned another value", "returned another value at [0]: 3, not 4"])


@given(
    change=st.sampled_from(list(EDITS.values())),
    prefix=names,
    lines=st.integers(0, 30),
    summary=summaries,
    both=st.booleans(),
)
def test_renaming_locals_and_shifting_lines_changes_no_bucket(
    change: tuple[str, str], prefix: str, lines: int, summary: str, both: bool
) -> None:
    def other(code: str) -> str:
        return shifted(renamed(code, lambda name: f"{prefix}{name}"), lines)

    code = BASE.replace(*change)
    wrong = Fault(category=Category.LOGIC, summary=summary, expected="returned [3]", got="returned [4]")
    raised = Fault(category=Category.RUNTIME, summary="IndexError: no", line=4, exception="IndexError")
    late = Fault(category=Category.RUNTIME, summary="IndexError: no", line=4 + lines, exception="IndexError")
    hung = Fault(category=Category.TIMEOUT, summary="more than 1 s")
    base = other(BASE) if both else BASE
    assert fingerprint(wrong, other(code), base) == fingerprint(wrong, code, BASE)
    assert fingerprint(hung, other(code), base) == fingerprint(hung, code, BASE)
    assert fingerprint(late, other(code), base) == fingerprint(raised, code, BASE)


def _raised(message: str, line: int = 4) -> Fault:
    return Fault(category=Category.RUNTIME, summary=message, line=line, exception=message.partition(":")[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IndexError: list index out of range", "IndexError: string index out of range"),
        ("NameError: name 'math' is not defined", "NameError: name 'limitt' is not defined"),
        ("AttributeError: 'int' has no attribute 'x'", "AttributeError: 'str' has no attribute 'x'"),
        ("AttributeError: 'int' has no attribute 'x'", "AttributeError: 'int' has no attribute 'y'"),
        ("TypeError: bad operand type for unary -: 'str'", "TypeError: bad operand type for unary +: 'str'"),
        ("ValueError: no", "TypeError: no"),
    ],
)  # fmt: skip
def test_what_a_person_keeps_apart_stays_apart(one: str, other: str) -> None:
    assert fingerprint(_raised(one), BASE, None).key != fingerprint(_raised(other), BASE, None).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KeyError: 'spam'", "KeyError: 17"),
        ("NameError: name 'limitt' is not defined", "NameError: name 'itemm' is not defined"),
        ("ValueError: bad literal with base 10: 'a'", "ValueError: bad literal with base 8: 'b c'"),
        ("RuntimeError: <object at 0x7f01ab>", "RuntimeError: <object at 0x7fffcd>"),
        ("ValueError: 12 is above 3.5", "ValueError: -7 is above 1e9"),
    ],
)  # fmt: skip
def test_particulars_do_not_matter(one: str, other: str) -> None:
    assert fingerprint(_raised(one), BASE, None) == fingerprint(_raised(other), BASE, None)


def test_the_step_that_raised_is_told() -> None:
    code = "def f(x):\n    if not x:\n        raise ValueError('no')\n    y = int(x)\n    return f(y)\n"
    assert fingerprint(_raised("ValueError: no", 3), code, None).context == "its own raise"
    assert fingerprint(_raised("ValueError: no", 4), code, None).context == "a call of int"
    assert fingerprint(_raised("RecursionError: deep", 5), code, None).context == "a call of its own function"


def test_fences_are_one_pattern_wherever_they_are() -> None:
    faults = [
        Fault(category=Category.SYNTAX, summary="SyntaxError: invalid syntax", exception="SyntaxError"),
        Fault(
            category=Category.SYNTAX, summary="SyntaxError: unterminated (line 9)", exception="SyntaxError"
        ),
    ]
    keys = {fingerprint(f, c, None).key for f, c in zip(faults, ["```python\nx\n```", "x\n```"], strict=True)}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("wanted", "got", "words"),
    [
        ("3", "None", "None instead of a value"),
        ("None", "[1]", "a value instead of None"),
        ("[1, 2]", "(1, 2)", "tuple instead of list"),
        ("True", "False", "the opposite answer"),
        ("3", "4", "another number"),
        ("'Ab'", "'ab'", "a text in another case"),
        ("'a b'", "'ab'", "a text with other white space"),
        ("'abc'", "''", "an empty text"),
        ("'abc'", "'ab'", "too few characters"),
        ("[1, 2]", "[2, 1]", "the same items in another order"),
        ("[1, 2]", "[2, 2]", "other items"),
        ("[1]", "[]", "nothing in it"),
        ("[1]", "[1, 1]", "too many items"),
        ("{1: 2}", "{1: 3}", "other values under the same keys"),
        ("{1}", "{2}", "other items"),
        ("[1, 2, ...4]", "<map>", "another value"),
    ],
)
def test_two_values_differ_in_a_word(wanted: str, got: str, words: str) -> None:
    assert difference(f"returned {wanted}", f"returned {got}") == words


def test_a_difference_needs_two_values() -> None:
    assert difference("raised ValueError", "returned 3") == ""
    assert difference("returned 3", "raised ValueError") == ""


def test_a_message_is_capped_and_on_one_line() -> None:
    text = general("ValueError: a\n  b " + "x" * 1000, "ValueError")
    assert text.startswith("a b x")
    assert len(text) <= 160


@pytest.mark.parametrize("name", ["small", "mbpp_typed"])
def test_a_corpus_keeps_its_buckets_when_locals_and_lines_change(name: str) -> None:
    """One made-up fault of each kind for each dream: the buckets depend on the code alone."""
    counted = Counter[str]()
    for dream in corpus(name):
        code, base = dream["code"], dream["procedure"]["code"]
        if not dream["label"].rpartition("/")[2].startswith("mut"):
            continue
        other = shifted(renamed(code, lambda local: f"{local}_9"), 3)
        wrong = Fault(category=Category.LOGIC, summary="returned another value")
        lines = range(1, code.count("\n") + 1)
        assert fingerprint(wrong, other, base) == fingerprint(wrong, code, base), dream["label"]
        for line in lines:
            fault, moved = _raised("IndexError: no", line), _raised("IndexError: no", line + 3)
            assert fingerprint(moved, other, base) == fingerprint(fault, code, base), dream["label"]
        counted[fingerprint(wrong, code, base).title] += 1
    assert len(counted) <= 60
    assert sum(count for _, count in counted.most_common(10)) >= 0.6 * counted.total()


@pytest.mark.parametrize(
    ("message", "pattern"),
    [
        (
            "ran `git push -f b1`, not `git push --lease b1`: without --lease and with -f",
            "ran `git push …`, not `git push …`: without --lease and with -f",
        ),
        ("ran `git push a` before `git fetch b`", "ran `git push …` before `git fetch …`"),
        ("ran `git push a`, not `git push b`: without b and with a", "ran `git push …`, not `git push …`"),
        ("did not run `make`", "did not run `make`"),
        ("also sent `DELETE https://h/3`", "also sent `DELETE …`"),
    ],
)
def test_commands_and_requests_are_named_without_the_words_of_one_input(message: str, pattern: str) -> None:
    assert general(message, None) == pattern
