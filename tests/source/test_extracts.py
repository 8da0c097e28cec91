"""A function with what it needs, as a source of its own."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.source.extracts import DreamOf, callables, dreams_named, extract, public_functions
from pytest_athena_dreams.source.slices import Module, read_module

CODE = '''\
"""Doc."""
from __future__ import annotations
import re
import os  # for others
from .util import (
    aid,  # one
    other as second,
)
from . import sibling; from ..far import away

# How long a text may be.
LIMIT = 3
# Of nobody.
UNUSED = 4


# dream of clean (parameter_exploration)
# It is quick.
@cached
def quick(text):
    """Do."""
    # inside
    return helper(text) + aid(LIMIT) + sibling.x + away


def helper(text): return re.sub("a", "b", text)


def _private(): from .util import second; return second()


def test_quick(): assert quick("a")


class Box:
    def get(self): return self.x

    @property
    def size(self): return 1

    def __repr__(self): return "Box"


if __name__ == "__main__":
    quick("b")
'''


def module(code: str = CODE) -> Module:
    found = read_module(code)
    assert found is not None
    return found


def test_a_function_has_its_helpers_imports_constants_and_comments() -> None:
    assert extract(module(), "quick", package="pack.age").code == (
        "from __future__ import annotations\n"
        "import re\n\n"
        "from pack.age.util import aid, other as second\n"
        "from pack.age import sibling; from pack.far import away\n\n"
        "# How long a text may be.\n"
        "LIMIT = 3\n\n\n"
        "# It is quick.\n"
        "@cached\n"
        "def quick(text):\n"
        '    """Do."""\n'
        "    # inside\n"
        "    return helper(text) + aid(LIMIT) + sibling.x + away\n\n\n"
        'def helper(text): return re.sub("a", "b", text)\n'
    )


def test_a_relative_import_in_a_function_becomes_absolute() -> None:
    code = extract(module(), "_private", package="pack").code
    assert code.endswith("def _private(): from pack.util import second; return second()\n")


def test_without_a_package_a_relative_import_stays() -> None:
    found = extract(module(), "_private")
    assert "from .util import second" in found.code
    assert found.imports == {(0, "__future__"), (1, "util")}


def test_public_functions_and_all_that_can_be_called() -> None:
    assert public_functions(module()) == ["quick", "helper"]
    assert callables(module()) == ["quick", "helper", "_private", "test_quick", "Box.get"]


def test_a_comment_or_a_mapping_names_dreams() -> None:
    code = CODE + 'DREAMS = {"helper": "x.clean", "_private": ("clean", "conditional_variant")}\n'
    assert dreams_named(module(code)) == {
        "helper": DreamOf("x.clean"),
        "_private": DreamOf("clean", "conditional_variant"),
        "quick": DreamOf("clean", "parameter_exploration"),
    }


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        ("open()", "DREAMS is not a dict of texts"),
        ("['f']", "DREAMS is not a dict of texts"),
        ("{'f': 3}", r"DREAMS\['f'\] is 3"),
        ("{'f': ('a', 'b', 'c')}", r"DREAMS\['f'\] is \('a', 'b', 'c'\)"),
        ("{'g': 'a'}", "DREAMS names 'g', which is no function here"),
    ],
)
def test_a_mapping_that_can_t_be_read_is_an_error(mapping: str, problem: str) -> None:
    with pytest.raises(ValueError, match=f"line 2, {problem}"):
        dreams_named(module(f"def f(): pass\nDREAMS = {mapping}\n"))


FUNCTIONS = st.lists(
    st.sampled_from(
        ["def f(x): return g(x)", "def g(x): return K", "K = 1", "# why\nZ = 2", "import os, sys"]
    ),
    unique=True,
).map(lambda parts: "\n\n\n".join([*parts, "def wanted(x):\n    return f(x)"]))


@given(FUNCTIONS)
def test_an_extract_is_python_and_needs_no_more_of_itself(code: str) -> None:
    once = extract(module(code), "wanted").code
    assert ast.parse(once)
    assert extract(module(once), "wanted").code == once
