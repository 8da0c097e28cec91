"""Sources that certainly behave alike; code that could observe the difference is alike only to itself."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from pytest_athena_dreams.source import alike
from pytest_athena_dreams.source.alike import behaviour_key, lines_of, sees_nothing
from pytest_athena_dreams.source.normalise import digest

CODE = '''\
import math

def area(radius: float) -> float:
    """The area of a circle."""
    square = radius * radius
    return math.pi * square
'''
LAYOUT = '''\
import math
# from a book

def area(radius: float) -> float:
    """The area of a circle."""
    r2 = (radius
          * radius)

    return math.pi * r2  # done
'''


def test_formatting_comments_and_names_of_locals_do_not_matter() -> None:
    assert behaviour_key(LAYOUT) == behaviour_key(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("radius * radius", "radius + radius"),
        ("pi", "tau"),
        ("radius", "r"),
        ("The area of a circle", "Examples: area(1.0)"),
        ("square = radius", "square = 1 * radius"),
        ("-> float", "-> int"),
    ],
)
def test_what_counts_makes_none(old: str, new: str) -> None:
    assert behaviour_key(CODE.replace(old, new)) != behaviour_key(CODE)


SEEING = {
    "the code of a generator": "g = (n for n in [x])\n    return g.gi_code.co_varnames[-1]",
    "the frame of a generator": "g = (n for n in [x])\n    return g.gi_frame.f_lineno",
    "a generator that is yielded from": "g = (n for n in [x])\n    return g.gi_yieldfrom",
    "the code of a function": "return f.__code__.co_firstlineno",
    "an attribute by its name": "return getattr(f, '__co' + 'de__')",
    "an attribute by a format": "return '{0.gi_code}'.format(n for n in [x])",
    "an attribute by a format of a map": "return '{f.__code__}'.format_map({'f': f})",
    "an attribute by a pattern": (
        "match (n for n in [x]):\n        case object(gi_code=c):\n            return c"
    ),
    "the text of an exception": (
        "try:\n        return later\n    except Exception as e:\n        later = e\n        return str(e)"
    ),
    "its names": "return vars()",
    "its names in a list": "return dir()",
    "its names by an alias": "look = locals\n    return look()",
    "text that is run": "return eval('dir()')",
    "a class that is made of text": "return type('A', (), {'__exit__': f})",
    "a class that is made of parts": "return type(*x)",
    "a type without a call": "return list(map(type, x))",
    "a context manager": "with x:\n        return 1",
    "a file": "return open(x)",
    "an address": "return id(x)",
    "a name in Python's own way": "return __name__",
    "an attribute of its own": "f.seen = x\n    return f.seen",
    "a module under another name": "import math as m\n    return m.__loader__",
    "a module's module": "import collections\n    return collections.abc.sys",
    "a module that reads source": "import inspect\n    return inspect.stack()",
    "a module within its package": "from . import sys\n    return x",
    "a module's part that is not listed": "from operator import attrgetter\n    return attrgetter(x)",
    "a part under a name of Python's": "from operator import add as __build_class__\n    return x",
    "all of a module": "from functools import *\n    return wraps",
    "a named exception group": "try:\n        return x\n    except* ValueError as e:\n        pass",
    "a coroutine": "async def g():\n        return x\n    return g().cr_code",
}
"""Bodies of a function ``f(x)``, each with a way to what twins differ in."""
ABOVE = {
    "a function that a block calls": (
        "class A:\n    def __exit__(self, kind, value, trace):\n        return trace.tb_lineno\n"
    ),
    "a frame by a module's module": "import enum\nframe = enum.sys._getframe()\n",
    "a metaclass that sees names": (
        "class M(type):\n    @classmethod\n    def __prepare__(cls, *a):\n        return {}\n"
    ),
    "a class that knows its line": "class A:\n    pass\n",
    "a hook": "def __getattr__(name):\n    return name\n",
    "no Python": "def broken(:\n",
}
"""What may stand above a function, likewise."""


@pytest.mark.parametrize("body", SEEING.values(), ids=SEEING)
def test_code_that_could_see_itself_is_alike_its_exact_copies_only(body: str) -> None:
    code = f"def f(x):\n    {body}\n"
    assert not sees_nothing(code)
    assert behaviour_key(code) == behaviour_key(code)
    assert behaviour_key(f"{code}# more\n") != behaviour_key(code)


@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE)
def test_so_is_code_with_a_way_to_look_above_it(above: str) -> None:
    assert behaviour_key(f"{above}{CODE}# more\n") != behaviour_key(f"{above}{CODE}")


@pytest.mark.parametrize("body", SEEING.values(), ids=SEEING)
def test_nothing_beside_it_makes_up_for_it(body: str) -> None:
    assert not sees_nothing(f"{CODE}def f(x):\n    {body}\n")
    assert not sees_nothing(f"def f(x):\n    {body}\n{CODE}")


BLIND = {
    "sets": "return set(x) & {y for y in x} | {1}",
    "a type": "return isinstance(x, type(x)) and type(x) == int",
    "a generator": "yield from (y for y in x)",
    "a global": "global seen\n    seen = x\n    del x\n    return seen",
    "a helper in it": "def g():\n        nonlocal x\n        x += 1\n    g()\n    return x",
    "an exception": (
        "try:\n        return x[0]\n    except (IndexError, Exception):\n        raise ValueError from None"
    ),
    "the end of a block": "try:\n        return x\n    finally:\n        print(x)",
    "modules": (
        "import bisect\n    from collections import Counter\n"
        "    return Counter(x).most_common(bisect.bisect(x, 1))"
    ),
    "a memory": "from functools import cache\n    @cache\n    def g(y):\n        return y\n    return g(x)",
    "a parameter that is named as a builtin": "return (lambda list: list[0])(x)",
    "text": "return f'{x!r:>{8}}' + '%s' % x + 'vars() __code__ {0.gi_code}'",
}


@pytest.mark.parametrize("body", BLIND.values(), ids=BLIND)
def test_code_that_can_not_see_itself_has_alike_code(body: str) -> None:
    code = f"def f(x):\n    {body}\n"
    assert behaviour_key(f"# more\n{code}") == behaviour_key(code)


@pytest.mark.parametrize("module", sorted(alike.BLIND_MODULES))
def test_no_attribute_of_a_builtin_type_leads_further_into_a_module(module: str) -> None:
    found = importlib.import_module(module)
    assert {name for name in alike.ATTRIBUTES if hasattr(found, name)} <= alike.BLIND_MODULES[module]
    assert all(hasattr(found, name) for name in alike.BLIND_MODULES[module])
    assert not any(isinstance(getattr(found, name), ModuleType) for name in alike.BLIND_MODULES[module])


def test_a_name_that_also_means_a_global_is_none_of_the_locals() -> None:
    code = "y = 1\nq = 2\ndef f(a):\n    z = [y for y in a]\n    return y\n"
    other = code.replace("[y for y", "[q for q").replace("return y", "return q")
    assert digest(other) != digest(code)


def test_a_name_that_also_means_a_builtin_is_none_of_the_locals() -> None:
    code = "def f(a):\n    def g():\n        len = 3\n        return len\n    return len(a) + g()\n"
    assert digest(code.replace("len", "max")) != digest(code)


def test_a_default_is_evaluated_outside() -> None:
    code = "y = 1\nq = 2\ndef f(a=y):\n    y = 3\n    return a + y\n"
    other = code.replace("a=y", "a=q").replace("y = 3", "q = 3").replace("a + y", "a + q")
    assert digest(other) != digest(code)


def test_of_what_is_no_python_no_line_is_found() -> None:
    assert lines_of(CODE, "def f(:") is None
    assert lines_of("def f(:", CODE) is None


def test_each_line_of_a_long_twin_is_found() -> None:
    code = "".join(f"x{n} = {n}\n" for n in range(300))
    assert lines_of(code, "# A copy.\n" + code) == {n: n + 1 for n in range(1, 301)}


def test_each_line_of_a_twin_is_found() -> None:
    code = CODE.replace("radius * radius", "(radius\n  * radius)")
    lines = lines_of(code, LAYOUT)
    assert lines == {1: 1, 3: 4, 4: 5, 5: 6, 6: 7, 7: 9}


@pytest.mark.parametrize(
    ("code", "twin"),
    [
        ("def f(x): a = x[0]; return x[1]\n", "def f(x):\n    a = x[0]\n    return x[1]\n"),
        ("def f(x):\n    return x.pop()\n", "def f(x):\n    return (x\n        .pop())\n"),
        ("def f(x):\n    return x[0](1)\n", "def f(x):\n    return x[0](\n        1)\n"),
    ],
    ids=["a step on a line of its own", "a method's name", "an argument"],
)
def test_lines_that_were_one_have_no_counterpart(code: str, twin: str) -> None:
    assert behaviour_key(code) == behaviour_key(twin)
    assert lines_of(code, twin) is None
    assert lines_of(twin, code) is None
