"""Documents as files hold them: what a parser of their format reads has the shape that the source reads."""

from __future__ import annotations

import json
import tomllib

from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.drawable import Document
from pytest_athena_dreams.inputs.written import texts_of

LEAVES = {"n": Document(kind="number"), "t": Document(kind="text")}
DOCUMENT = Document(keys={"a": Document(value=Document(keys=LEAVES)), "b.c": Document(item=LEAVES["n"])})
WORDS = st.sampled_from(["x", "y z", 'quote"', "tür"])


def shaped(value: object) -> bool:
    assert isinstance(value, dict)
    for inner in value.get("a", {}).values():
        assert set(inner) <= set(LEAVES)
        assert isinstance(inner.get("n", 0), int | float)
        assert isinstance(inner.get("t", ""), str)
    return all(isinstance(item, int | float) for item in value.get("b.c", ()))


@given(st.data())
def test_json(data: st.DataObject) -> None:
    (texts,) = texts_of([DOCUMENT], ".json", WORDS)
    assert shaped(json.loads(data.draw(texts)))


@given(st.data())
def test_toml(data: st.DataObject) -> None:
    toml = Document(form="toml", keys=DOCUMENT.keys)
    assert texts_of([toml], ".json", WORDS) == []
    for suffix in (".toml", ".cfg"):
        (texts,) = texts_of([toml], suffix, WORDS)
        assert shaped(tomllib.loads(data.draw(texts)))
