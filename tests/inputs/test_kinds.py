"""Every kind of type that the jail describes has a strategy, and a test that draws it."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.inputs.scalars import Width
from pytest_athena_dreams.inputs.strategies import Strategies
from pytest_athena_dreams.sandbox.jail.kinds import GENERIC, PLAIN, SCALARS, YIELDING
from pytest_athena_dreams.signatures import TypeSpec

from .kit import signature_of
from .test_types import ANNOTATIONS, PRELUDE

LIBRARIES = {"numpy.ndarray", "pandas.DataFrame", "pandas.Series"}
"""Kinds that need a library; ``test_tabular`` draws them where it is installed."""
UNCHECKED = {"typing.SupportsRound"}
"""Kinds that typeguard can't check: it refuses the positional-only parameter of ``float.__round__``."""
KINDS = sorted(
    (SCALARS - LIBRARIES)
    | {kind for kind, _ in (*GENERIC.values(), *YIELDING.values())}
    | {plain["kind"] for plain in PLAIN.values()}
)


def described(annotation: str) -> set[str]:
    """The kinds in the description of an annotation."""
    signature, _ = signature_of(f"{PRELUDE}\ndef f(p: {annotation}) -> None: ...\n")
    spec = signature.parameters[0].type
    assert spec is not None
    found: set[str] = set()
    todo = [spec]
    while todo:
        found.add(todo[-1].kind)
        todo += todo.pop().args
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_strategy(kind: str) -> None:
    spec = TypeSpec(kind=kind, args=(TypeSpec(kind="int"), TypeSpec(kind="int")))
    assert not Strategies([], [], Width()).of(spec).is_empty


def test_every_kind_is_drawn_by_a_test() -> None:
    drawn = set[str]().union(*map(described, ANNOTATIONS))
    assert set(KINDS) - drawn == UNCHECKED
