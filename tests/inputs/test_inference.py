"""Types for parameters without an annotation."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.inputs.inference import (
    COMBINATIONS,
    SHAPES,
    best_rows,
    choose,
    combinations,
    rank,
    shape_of,
    support,
    trials,
    typical,
)
from pytest_athena_dreams.signatures import TypeSpec
from tests.inputs.kit import signature_of


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ("return x + 1", "int"),
        ("return x.upper()", "str"),
        ("return x + 'a'", "str"),
        ("return x['key']", "dict[str, int]"),
        ("x.append(1)", "list[int]"),
        ("return x(3)", "callable[int]"),
        ("return [s.upper() for s in x]", "list[str]"),
        ("return [a + b for a, b in x]", "list[tuple[int, int]]"),
        ("return {k: v + 1 for k, v in x.items()}", "dict[str, int]"),
        ("return [row[0] + 1 for row in x if len(row)]", "list[list[int]]"),
    ],
)
def test_the_best_shape_by_how_it_is_used(body: str, shape: str) -> None:
    signature, _ = signature_of(f"def f(x):\n    {body}\n")
    best, _ = rank(signature.usage["x"], [])[0]
    leading = [str(s) for score, s in rank(signature.usage["x"], []) if score == best]
    assert shape in leading


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ("return open(x).read()", "str"),
        ("return os.path.join('a', x)", "str"),
        ("return [open(p).read() for p in x]", "list[str]"),
    ],
)
def test_what_is_opened_is_text_whatever_is_accepted(body: str, shape: str) -> None:
    signature, _ = signature_of(f"def f(x):\n    {body}\n")
    assert [str(typed.parameters[0].type) for _, typed in combinations(signature, {})] == [shape]


def test_examples_and_defaults_are_evidence() -> None:
    signature, _ = signature_of("def f(x, y=1.5): return x")
    _, typed = combinations(signature, {"x": [["a"], ["b"]]})[0]
    assert [str(p.type) for p in typed.parameters] == ["list[str]", "float"]


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (1, "int"),
        ([1, 2], "list[int]"),
        ([1, "a"], "list[int | str]"),
        ((1, "a"), "tuple[int, str]"),
        ((1, 2), "tuple[int, ...]"),
        ({"a": [1]}, "dict[str, list[int]]"),
        ([], "list[int]"),
    ],
)
def test_the_shape_of_a_value(value: object, shape: str) -> None:
    assert str(shape_of(value)) == shape


def test_what_has_no_shape() -> None:
    assert shape_of(object()) is None


def test_the_best_combinations_of_many_parameters_are_found_one_parameter_after_the_other() -> None:
    """All 2^300 rows of 300 parameters took the memory of the machine."""
    names = [f"a{number}" for number in range(300)]
    signature, _ = signature_of(f"def f({', '.join(names)}): return a0.upper() + a299.lower()")
    found = combinations(signature, {})
    assert len(found) == COMBINATIONS
    assert [score for score, _ in found] == sorted((score for score, _ in found), reverse=True)
    kinds = [parameter.type.kind for parameter in found[0][1].parameters if parameter.type]
    assert (kinds[0], kinds[299]) == ("str", "str")


@given(st.lists(st.lists(st.integers(-2, 2), min_size=1, max_size=3), min_size=1, max_size=6))
def test_the_best_rows_are_those_of_all(scores: list[list[int]]) -> None:
    columns = [[(score, TypeSpec(kind="any")) for score in column] for column in scores]
    places = itertools.product(*(range(len(column)) for column in scores))
    rows = [(sum(column[n] for column, n in zip(scores, row, strict=True)), row) for row in places]
    assert best_rows(columns) == sorted(rows, key=lambda row: -row[0])[:COMBINATIONS]


def test_combinations_are_few_and_typed() -> None:
    signature, _ = signature_of("def f(a, b, c, d): return a")
    found = combinations(signature, {})
    assert 0 < len(found) <= COMBINATIONS
    assert all(p.type is not None for _, typed in found for p in typed.parameters)
    scores = [score for score, _ in found]
    assert scores == sorted(scores, reverse=True)


def test_the_best_evidenced_of_the_well_accepted_is_chosen() -> None:
    a, b, c = (signature_of(f"def f(x: {t}): ...")[0] for t in ("int", "str", "float"))
    assert choose([(1, 1.0, a), (2, 0.6, b), (9, 0.1, c)]) is b


@given(st.sampled_from(SHAPES))
def test_usual_values_have_their_shape(shape: TypeSpec) -> None:
    assert len(typical(shape)) == 4
    if shape.kind != "callable" and "tuple[" not in str(shape):
        assert {str(shape_of(value)) for value in typical(shape)} == {str(shape)}


@pytest.mark.parametrize(
    "annotation",
    ["dict", "list", "tuple", "set", "tuple[()]", "object", "set[list[int]]", "dict[list[int], int]",
     "complex", "type[int]", "Exception", "dict[str, object] | None", "frozenset[str]", "list[slice]"],
)  # fmt: skip
def test_a_parameter_of_any_annotation_may_stand_beside_one_without(annotation: str) -> None:
    """Only shapes of our own have usual values; what else is annotated gets some, be they refused."""
    signature, _ = signature_of(f"def f(x, y: {annotation}):\n    return x + 1\n")
    assert len(trials(signature)) == 4


def test_trials_leave_defaults_out() -> None:
    signature, _ = signature_of("def f(a: int, b: int = 1, *, k: str): ...")
    assert {(len(t.args), *t.kwargs) for t in trials(signature)} == {(1, "k")}


@given(st.sampled_from(SHAPES), st.text())
def test_any_fact_can_be_weighed(shape: TypeSpec, text: str) -> None:
    assert support(shape, f"method:{text}") in (1, -2)
