"""A function of a module replaced by another source's."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.source.grafts import NoGraft, graft, renamed, same_function, uses

FILE = '''\
"""Tools."""
import re
from .util import aid

LIMIT = 3


# About clean.
def clean(text):
    """Doc."""
    return re.sub("a", "b", text)  # why


class Box:
    # get it
    @cached
    def get(self, x):
        return x + 1

    def other(self): return 2


def last(): return clean("x")  # kept
'''


def test_the_function_changes_and_nothing_else() -> None:
    new = "import re\n\ndef clean(text):\n    # quicker\n    return text.replace('a', 'b')\n"
    old = FILE[FILE.index("def clean") : FILE.index("class Box")]
    assert graft(FILE, "clean", new, "clean") == FILE.replace(
        old, "def clean(text):\n    # quicker\n    return text.replace('a', 'b')\n\n\n"
    )


def test_what_the_function_needs_comes_along() -> None:
    new = (
        "import functools\nfrom pack.util import aid\nfrom math import pi\n\nTABLE = {}\n\n"
        "@functools.cache\ndef step(x):  # a step\n    return x * pi\n\ndef unused(): pass\n\n"
        "def quick(text):\n    return step(aid(text)) + quick(text[1:]) + text.quick\n"
    )
    changed = graft(FILE, "clean", new, "quick")
    assert changed.startswith(
        '"""Tools."""\nimport re\nfrom .util import aid\nimport functools\nfrom math import pi\n\n'
        "LIMIT = 3\n\n\n"
        "@functools.cache\ndef step(x):  # a step\n    return x * pi\n\n\n# About clean.\ndef clean(text):\n"
        "    return step(aid(text)) + clean(text[1:]) + text.quick\n\n\nclass Box:\n"
    )
    assert "unused" not in changed
    assert changed.endswith(FILE[FILE.index("class Box") :])


def test_a_method_changes_within_its_class() -> None:
    new = "class Box:\n  def get(self, x):\n    y = 1\n\n    return y + x\n  def other(self): return 2\n"
    assert graft(FILE, "Box.get", new, "Box.get") == FILE.replace(
        "    @cached\n    def get(self, x):\n        return x + 1\n",
        "    def get(self, x):\n      y = 1\n\n      return y + x\n",
    )


def test_a_file_without_imports_gets_them_behind_its_docstring() -> None:
    new = "import math\ndef f(x): return math.sqrt(x)\n"
    assert graft('"""Doc."""\n\n\ndef f(x): return x\n', "f", new, "f") == (
        '"""Doc."""\n\nimport math\n\n\ndef f(x): return math.sqrt(x)\n'
    )
    assert graft("def f(x): return x\n", "f", new, "f") == "import math\n\ndef f(x): return math.sqrt(x)\n"


REFUSED = {
    "no such function": ("nope", "def nope(): pass", "nope", "the file has no function nope"),
    "no such dream": ("clean", "def f(): pass", "g", "the dream has no function g"),
    "another helper": (
        "clean",
        "LIMIT = 4\ndef clean(x): return LIMIT",
        "clean",
        "the dream has another LIMIT than the file",
    ),
    "not Python": ("clean", "def clean(:", "clean", "the dream can't be parsed"),
    "a class that differs elsewhere": (
        "Box.get",
        "class Box:\n    def get(self, x): return 2\n    def other(self): return 3",
        "Box.get",
        "the dream's class differs from the file's",
    ),
    "a method for a function": (
        "clean",
        "class A:\n    def f(self): pass",
        "A.f",
        "A.f can't take the place of clean",
    ),
}


@pytest.mark.parametrize(("function", "source", "entry", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_change_more_is_refused(function: str, source: str, entry: str, why: str) -> None:
    with pytest.raises(NoGraft, match=why):
        graft(FILE, function, source, entry)


def test_formatting_makes_no_other_function() -> None:
    assert same_function(
        FILE, "clean", FILE.replace("  # why", "").replace('re.sub("a"', "re.sub('a'"), "clean"
    )
    assert not same_function(FILE, "clean", FILE.replace('"b"', '"c"'), "clean")


def test_a_name_is_renamed_where_it_stands_alone() -> None:
    assert renamed("f", "f", "g") == "g"
    assert renamed("def f(x):\n    return f(x.f) + 'f' + g(f=f)  # f\n", "f", "ever") == (
        "def ever(x):\n    return ever(x.f) + 'f' + g(f=ever)  # f\n"
    )
    assert [uses(text, "f") for text in ("f()", "x.f", "'f'", "x . f", "ff")] == [
        True,
        False,
        False,
        False,
        False,
    ]


BODIES = st.sampled_from(["return 1", "x = 2\n    return x", "return '''a\nb'''", "if 1:\n        return 2"])


@given(old=BODIES, new=BODIES, ends=st.booleans())
def test_the_file_then_has_the_new_function(old: str, new: str, *, ends: bool) -> None:
    file = f"def before(): pass\n\ndef f():\n    {old}\n" + ("\n\ndef after(): pass\n" if ends else "")
    changed = graft(file, "f", f"def f():\n    {new}\n", "f")
    assert same_function(changed, "f", f"def f():\n    {new}\n", "f")
    others = [ast.dump(node) for node in ast.parse(changed).body if getattr(node, "name", "") != "f"]
    assert others == [ast.dump(node) for node in ast.parse(file).body if getattr(node, "name", "") != "f"]
