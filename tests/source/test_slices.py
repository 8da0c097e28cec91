"""What a function needs of its module, and which functions a version changes."""

from __future__ import annotations

import ast

import pytest

from pytest_athena_dreams.source.definitions import compare_modules, definitions
from pytest_athena_dreams.source.slices import Module, modules_imported, read_module, with_first

MODULE = '''\
"""Doc."""
from __future__ import annotations
import heavy, json
from .near import helper as aid, other
from stars import *

LIMIT = 3
UNUSED = heavy.load()
TABLE = {}
TABLE["a"] = LIMIT
TABLE.update(b=2)


def fill():
    TABLE["c"] = 3


fill()
register(unused)


class Point:
    """A point."""
    def __init__(self, x): self.x = x


def unused(): return UNUSED
def wanted(p: "Point") -> int:
    return TABLE["a"] + aid(p.x)


if __name__ == "__main__":
    wanted(heavy)
'''


def module(code: str) -> Module:
    found = read_module(code)
    assert found is not None
    return found


def left(code: str, name: str) -> list[str]:
    return [line for line in module(code).cut(name).split("\n") if line.strip()]


def test_a_function_keeps_what_it_needs_and_no_more() -> None:
    text = module(MODULE).cut("wanted")
    for part in ("LIMIT = 3", "TABLE = {}", "TABLE.update", "fill()", "class Point", "near import", "stars"):
        assert part in text, part
    for part in ("UNUSED", "register", "import heavy", "__main__:"):
        assert part not in text, part


def test_lines_stay_where_they_were() -> None:
    lines = module(MODULE).cut("wanted").split("\n")
    assert [n for n, line in enumerate(lines) if "def wanted" in line] == [
        n for n, line in enumerate(MODULE.split("\n")) if "def wanted" in line
    ]
    ast.parse("\n".join(lines))


@pytest.mark.parametrize("found_by", ["globals()['LIMIT']", "eval('LIMIT')", "vars()"])
def test_everything_stays_where_names_are_looked_up_by_text(found_by: str) -> None:
    code = f"LIMIT = 3\nOTHER = 4\ndef f():\n    return {found_by}\n"
    assert left(code, "f") == code.strip().split("\n")


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("def f(): ...\n@f.register\ndef _(x: int): return 1\n", "def _"),
        ("import app\n@app.route\ndef g(): ...\nf = app.get()\n", "import app"),
        ("try:\n    import fast as f\nexcept ImportError:\n    f = None\n", "except"),
        ("a = f = 1\n", "a = f"),
        ("(a, [*f]) = x, y\nx = 1\ny = 2\n", "y = 2"),
        ("if (f := g()):\n    pass\ndef g(): return 1\n", "def g"),
        ("def f(x=DEFAULT): ...\nDEFAULT = 1\n", "DEFAULT = 1"),
        ("def f(x: 'list[Point]'): ...\nclass Point: ...\n", "class Point"),
        ("class f(Base): ...\nclass Base: ...\nBase.size = 3\n", "Base.size"),
        ("def f(): return x\nfor x in [1]:\n    pass\n", "for x"),
        ("def f(): return x\nx = 1; y = 2\n", "y = 2"),
        ("def set_up():\n    global x\n    x = 1\nset_up()\ndef f(): return x\n", "set_up()"),
    ],
)
def test_what_binds_or_changes_a_name_stays(code: str, part: str) -> None:
    assert part in module(code).cut("f")


def test_a_decorator_from_elsewhere_does_not_bring_its_other_functions() -> None:
    code = "import tools\n@tools.cached\ndef f(): ...\n@tools.cached\ndef g(): ...\n"
    assert "def g" not in module(code).cut("f")


def test_a_local_of_a_function_that_is_called_is_none_of_the_module() -> None:
    code = "x = 1\ndef g():\n    x = []\n    x.append(2)\ng()\ndef f(): return x\n"
    assert "g()" not in module(code).cut("f")


@pytest.mark.parametrize(
    ("code", "moved"),
    [
        ('"""Doc."""\nimport x\n', 0),
        ('"""Doc."""  # noqa\nimport x\n', 0),
        ("'''é'''; y = 1\n", 0),
        ('"""Doc."""\nfrom __future__ import annotations\nimport x\n', 0),
        ("from __future__ import (\n    annotations,\n)\nimport x\n", 0),
        ("import x\n", 0),
        ("\n# a comment\n@d\ndef f(): ...\n", 0),
        ("def f(): ...\n", 1),
        ("match 1:\n    case _: pass\n", 1),
        ("", 1),
    ],
)
def test_a_statement_is_put_first_without_moving_the_rest(code: str, moved: int) -> None:
    text, shift = with_first(code, "import hook")
    assert shift == moved
    body = ast.parse(text).body
    kinds = [ast.unparse(node) for node in body]
    assert "import hook" in kinds
    for node in ast.parse(code).body:
        assert any(ast.dump(node) == ast.dump(n) and n.lineno == node.lineno + shift for n in body)
    before = kinds[: kinds.index("import hook")]
    assert all("Doc" in text or "é" in text or "__future__" in text for text in before)


def test_imports_within_functions_count() -> None:
    code = "import a.b\ndef f():\n    from ..c import d\n    from . import e\n"
    assert modules_imported(module(code).units) == {(0, "a.b"), (2, "c"), (1, "")}


def changed(old: str, new: str) -> dict[str, bool]:
    return {c.name: c.own for c in compare_modules(module(old), module(new)).changed}


@pytest.mark.parametrize(
    "new",
    [
        "def f(x):\n    # other\n    return (x\n        + 1)\n",
        'def f(x):\n    """Doc."""\n    return x + 1\n',
        "\n\nimport unused\ndef f(x): return x + 1\n",
    ],
)
def test_format_comments_and_docstrings_are_no_change(new: str) -> None:
    assert changed("def f(x):\n    return x + 1\n", new) == {}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("def f(x): return x\n", "def f(x): return -x\n", {"f": True}),
        ("def f(x): return x\n", "def f(x: int): return x\n", {"f": True}),
        ("def f(x): return x\n", "async def f(x): return x\n", {"f": True}),
        ("def f(x): return x\n", "@d\ndef f(x): return x\n", {"f": True}),
        ("A = 1\ndef f(): return A\n", "A = 2\ndef f(): return A\n", {"f": False}),
        ("A = 1\ndef f(): return 1\n", "A = 2\ndef f(): return 1\n", {}),
        ("from a import x\ndef f(): return x\n", "from b import x\ndef f(): return x\n", {"f": False}),
        ("from a import x\ndef f(): return x\n", "from a import x, y\ndef f(): return x\n", {}),
        ("def g(): return 1\ndef f(): return g()\n", "def g(): return 2\ndef f(): return g()\n", {"g": True}),
        (
            "class C:\n    a = 1\n    def m(self): return self.a\n",
            "class C:\n    a = 2\n    def m(self): return self.a\n",
            {"C.m": False},
        ),
        (
            "class C:\n    class D:\n        def m(self): return 1\n",
            "class C:\n    class D:\n        def m(self): return 2\n",
            {"C.D.m": True},
        ),
        (
            "if 1:\n    def f(): return 1\nelse:\n    def g(): ...\n",
            "if 1:\n    def f(): return 2\nelse:\n    def g(): ...\n",
            {"f": True, "g": False},
        ),
        ("x = 1\n", "x = 2\n", {}),
    ],
)  # fmt: skip
def test_what_changed(old: str, new: str, found: dict[str, bool]) -> None:
    assert changed(old, new) == found


def test_added_and_removed_functions_have_no_other_version() -> None:
    found = compare_modules(module("def f(): ...\ndef g(): ...\n"), module("def g(): ...\ndef h(): ...\n"))
    assert (found.changed, found.added, found.removed) == ((), ("h",), ("f",))


def test_a_property_is_one_thing_with_its_setter() -> None:
    code = (
        "class C:\n    @property\n    def x(self): return 1\n    @x.setter\n    def x(self, v): ...\n"
        "    @overload\n    def y(self): ...\n"
    )
    assert {name: d.is_property for name, d in definitions(module(code)).items()} == {"C.x": True}


@pytest.mark.parametrize("code", ["def f(:", "x = '\0'", "x = 1\n" * 200_000])
def test_what_can_not_be_read_is_none(code: str) -> None:
    assert read_module(code) is None
