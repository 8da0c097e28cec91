"""Every model survives its JSON round trip, whatever its fields hold."""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pytest_athena_dreams import config, models, signatures, worlds
from pytest_athena_dreams.store import records

MODELS = [
    kind
    for kind in (*vars(models).values(), *vars(signatures).values())
    if isinstance(kind, type)
    and (is_dataclass(kind) or issubclass(kind, msgspec.Struct))
    and kind.__module__ in (models.__name__, signatures.__name__)
]
WORLDS = [
    kind for kind in vars(worlds).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
]
_NUMBERS = st.integers(-(2**63), 2**63 - 1)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
_CANONICAL = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT, lambda inner: st.lists(inner, max_size=3), max_leaves=5
)


def of(annotation: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a field's annotation; a model within itself ends at a depth of two."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (types.UnionType, typing.Union):
        return st.one_of([of(arg, depth) for arg in args])
    if origin is typing.Literal:
        return st.sampled_from(args)
    if origin is dict:
        return st.dictionaries(_TEXT, of(args[1], depth + 1), max_size=2)
    if origin is tuple and args[-1] is not Ellipsis:
        return st.tuples(*(of(arg, depth + 1) for arg in args))
    if origin is tuple:
        return st.just(()) if depth > 1 else st.lists(of(args[0], depth + 1), max_size=2).map(tuple)
    if annotation is Any:
        return _CANONICAL
    if annotation in (*MODELS, *WORLDS):
        return model(annotation, depth)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return st.sampled_from(annotation)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        int: _NUMBERS,
        float: _FLOATS,
        str: _TEXT,
        bytes: st.binary(),
        bool: st.booleans(),
        type(None): st.none(),
    }
    return plain[annotation]


def model(kind: type[Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Instances of a model; fields with a default are left out at times."""
    hints = typing.get_type_hints(kind)
    given_: dict[str, st.SearchStrategy[Any]] = {}
    left_out: dict[str, st.SearchStrategy[Any]] = {}
    for name, required in fields_of(kind).items():
        (given_ if required else left_out)[name] = of(hints[name], depth)
    return st.fixed_dictionaries(given_, optional=left_out).map(lambda values: kind(**values))


def fields_of(kind: type[Any]) -> dict[str, bool]:
    """The fields of a model, and whether each has to be given."""
    if issubclass(kind, msgspec.Struct):
        return {field.name: field.required for field in structs.fields(kind)}
    return {f.name: f.default is MISSING and f.default_factory is MISSING for f in fields(kind)}


def test_all_models_are_looked_at() -> None:
    assert {kind.__name__ for kind in MODELS} >= {"Procedure", "Dream", "Signature", "Observation", "Verdict"}


@pytest.mark.parametrize("kind", [*MODELS, config.Settings], ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_json_round_trip(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(model(kind))
    text = msgspec.json.encode(value)
    assert msgspec.json.decode(text, type=kind) == value
    assert msgspec.json.encode(msgspec.json.decode(text, type=kind)) == text


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
def test_models_are_frozen_and_take_keywords_only(kind: Any) -> None:
    if issubclass(kind, msgspec.Struct):
        assert kind.__struct_config__.frozen
        with pytest.raises(TypeError, match="positional"):
            kind(object())
    else:
        assert kind.__dataclass_params__.frozen
        assert hasattr(kind, "__slots__")
        assert all(field.kw_only for field in fields(kind))
    assert kind.__doc__


def test_every_dream_type_has_a_default_contract() -> None:
    assert set(models.DEFAULT_CONTRACTS) == set(models.DreamType)


RECORDS = [
    *(kind for kind in MODELS if is_dataclass(kind)),
    *(kind for kind in vars(records).values() if is_dataclass(kind) and kind.__module__ == records.__name__),
]


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_a_record_is_frozen_and_has_slots_and_names_its_fields(kind: type[Any]) -> None:
    parameters = vars(kind)["__dataclass_params__"]
    assert parameters.frozen
    assert "__slots__" in vars(kind)
    assert all(field.kw_only for field in fields(kind))


def test_filters_may_all_be_left_out() -> None:
    assert records.Filters.__required_keys__ == frozenset()
    assert records.Filters.__optional_keys__ >= {"ids", "status", "tier"}
