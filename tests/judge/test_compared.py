"""The table of what is compared: each row has pairs that differ, and pairs that do not."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pytest_athena_dreams.judge.equality import difference
from pytest_athena_dreams.sandbox.jail.canonical import canonical

PAGE = Path(__file__).parents[2] / "docs" / "contracts-and-categories.md"
HEAD = "| values | differ by | don't differ by |"

Pair = tuple[str, str]
"""Two sources whose last line is an expression."""

ZONE = "import datetime\nclass Z(datetime.tzinfo):\n    def __repr__(self): return 'Z'\n"
ZONE += "    def utcoffset(self, d): return datetime.timedelta(hours={})\n    def dst(self, d): return None\n"
ERROR = "class E(Exception):\n    code = {}\n    def __init__(self, message, n):\n"
ERROR += "        super().__init__(message)\n        self.n = n\nE({!r}, {})"
STRUCTURE = "from ctypes import *\nclass P(Structure):\n    _fields_ = [('x', c_int), ('y', c_int)]\n"
STRUCTURE += "def named(p):\n    p.name = 'p'\n    return p\n{}"

MEMBER = """import enum
class E(int, enum.Enum):
    def __new__(cls, label, number, value):
        self = int.__new__(cls, number)
        self._value_, self.label = value, label
        return self
    A = {}
E.A"""


def error(message: str = "m", n: int = 1, code: int = 1) -> str:
    return ERROR.format(code, message, n)


def each(template: str, *values: object) -> list[Pair]:
    """Pairs of the first value with each other one."""
    return [(template.format(values[0]), template.format(value)) for value in values[1:]]


TABLE: dict[str, tuple[list[Pair], list[Pair]]] = {
    "numbers": (
        each("{}", "1", "1.0", "True", "2", "2**70", "1+0j"),
        each("{}", "0.0", "-0.0", "1e-13") + each("{}", "0.1 + 0.2", "0.3") + each("{}", "float('nan')", "-float('nan')"),
    ),
    "texts and bytes": (each("{}", "'a'", "'b'", "b'a'", "bytearray(b'a')", "'a '") + each("{}", "'\\ud800'", "'?'"), []),
    "lists, tuples": (each("{}", "[1, 2]", "[2, 1]", "(1, 2)", "[1, 2, 2]", "[1, [2]]"), [("x = []\n[x, x]", "[[], []]")]),
    "deques": (each("from collections import deque\ndeque([1, 2]{})", "", ", 2", ", 3") + [
        ("from collections import deque\ndeque([1, 2], 2)", "from collections import deque\ndeque([1, 2], 3)")], []),
    "sets": (each("{}", "{1, 2}", "{1}", "frozenset({1, 2})", "{1, 2.0}"), each("{}", "{1, 2}", "{2, 1}")),
    "dicts": (
        each("{}", "{1: 2, 3: 4}", "{1: 2}", "{1: 2, 3: 5}", "{True: 2, 3: 4}")
        + each("from collections import OrderedDict\nOrderedDict({})", "[(1, 2), (3, 4)]", "[(3, 4), (1, 2)]")
        + each("from collections import defaultdict\ndefaultdict({})", "int", "list"),
        each("{}", "{1: 2, 3: 4}", "{3: 4, 1: 2}")
        + each("from collections import *\n{}", "{1: 2}", "OrderedDict({1: 2})", "Counter({1: 2})", "defaultdict(int, {1: 2})")
    ),
    "chain maps, mapping proxies, namespaces": (
        each("from collections import ChainMap\nChainMap({})", "{1: 2}", "{1: 3}", "{1: 2}, {}")
        + each("from types import MappingProxyType\nMappingProxyType({})", "{1: 2}", "{1: 3}")
        + each("from types import SimpleNamespace\nSimpleNamespace({})", "a=1", "a=2", "b=1"),
        [],
    ),
    "views of dicts": (each("{}", "{1: 2}.keys()", "{2: 2}.keys()", "{1: 2}.values()", "[1]"), []),
    "arrays and memory views": (
        each("from array import array\narray({})", "'i', [1, 2]", "'i', [1, 3]", "'l', [1, 2]", "'d', [1, 2]")
        + each("memoryview(b'abcdef'){}", "", "[1:]", ".cast('b')", ".cast('B', (2, 3))", ".cast('B', (3, 2))")
        + [("memoryview(b'ab')", "memoryview(bytearray(b'ab'))")],
        [],
    ),
    "ranges and slices": (each("{}", "range(3)", "range(4)", "range(0, 3, 2)") + each("slice({})", "1", "2", "0, 1"), []),
    "decimals, fractions, UUIDs, paths, addresses": (
        each("from decimal import Decimal\nDecimal('{}')", "1.0", "1.00", "1.1")
        + each("from fractions import Fraction\nFraction({})", "1", "2", "10**5000")
        + each("from pathlib import *\n{}", "Path('a')", "Path('b')", "PurePosixPath('a')", "PureWindowsPath('a')")
        + each("import uuid\nuuid.UUID(int={})", "1", "2")
        + each("import ipaddress\nipaddress.ip_address('{}')", "1.1.1.1", "1.1.1.2", "::1"),
        [],
    ),
    "dates, times, time zones": (
        each("import datetime as d\n{}", "d.date(2000, 1, 1)", "d.date(2000, 1, 2)", "d.datetime(2000, 1, 1)")
        + each("import datetime as d\nd.datetime(2000, 1, 1, tzinfo={})", "None", "d.UTC", "d.timezone(d.timedelta(hours=1))")
        + each("import datetime as d\nd.datetime(2000, 1, 1, fold={})", "0", "1")
        + [(ZONE.format(h) + "Z()", "import datetime\ndatetime.timezone.utc") for h in (0,)]
        + [(ZONE.format(1) + f"datetime.{moment}, tzinfo=Z())", ZONE.format(2) + f"datetime.{moment}, tzinfo=Z())")
           for moment in ("datetime(2000, 1, 1, 5", "time(5, 6")]
        + [("class D(__import__('datetime').datetime): ...\nx = D(2000, 1, 1)\nx.a = 1\nx",
            "class D(__import__('datetime').datetime): ...\nx = D(2000, 1, 1)\nx.a = 2\nx")],
        [(ZONE.format(1) + "Z()", ZONE.format(2) + "Z()")],
    ),
    "patterns and matches": (
        each("import re\nre.compile({})", "'a' * 300 + 'b'", "'a' * 300 + 'c'", "'a' * 300 + 'b', re.I")
        + each("import re\nre.match({}, 'abc')", "'(a)b'", "'a(b)'", "'(?P<x>a)b'", "'(a)bc'"),
        [],
    ),
    "members of enumerations": (
        each(MEMBER, "'a', 1, 1", "'b', 1, 1", "'a', 2, 1", "'a', 1, 2")
        + each("import enum\nclass E(enum.{}):\n    A = {{}}\nE.A".format("Enum"), "1", "'1'", "2")
        + each("import enum\nclass E(enum.IntFlag):\n    A = 1\n    B = {}\nE.A | E.B", "2", "4"),
        [],
    ),
    "named tuples, instances of subclasses of builtins": (
        each("from collections import namedtuple\nnamedtuple('P', '{}')(1, 2)", "x y", "y x")
        + each("class M(float): ...\nm = M()\nm.unit = {}\nm", "1", "2", "None")
        + each("class M(dict):\n    unit = {}\nM()", "1", "2"),
        [],
    ),
    "instances of other classes": (
        each("class A:\n    def __init__(self): self.x = {}\nA()", "1", "2", "[]")
        + each("class A:\n    __slots__ = ('x', 'y')\na = A()\na.x = {}\na", "1", "2")
        + each("class A:\n    unit = {}\nA()", "'m'", "'km'")
        + each("class B:\n    unit = {}\nclass A(B): ...\nA()", "'m'", "'km'")
        + [("class A: ...\nA()", "class B: ...\nB()"), ("class A: ...\nA()", "class A:\n    unit = 1\nA()")]
        + each("from dataclasses import dataclass\n@dataclass(slots=True)\nclass A:\n    x: int\nA({})", "1", "2"),
        [
            ("class A:\n    def f(self): return 1\nA()", "class A:\n    def f(self): return 2\nA()"),
            ("class A:\n    def f(self): return 1\nA()", "class A: ...\nA()"),
            ("class A:\n    _cache = 1\nA()", "class A:\n    _cache = 2\nA()"),
            ("class A:\n    @property\n    def f(self): return 1\nA()", "class A:\n    @property\n    def f(self): return 2\nA()"),
        ],
    ),
    "classes": (
        [("int", "str"), ("class A: ...\nA", "class B: ...\nB"), ("class A: ...\nA", "class A(int): ...\nA")]
        + each("class A:\n    unit = {}\nA", "1", "2")
        + each("class B:\n    unit = {}\nclass A(B): ...\nA", "1", "2")
        + [("class A:\n    def f(self): ...\nA", "class A:\n    def g(self): ...\nA")]
        + each("import enum\nclass E(enum.Enum):\n    A = {}\nE", "1", "2"),
        [("class A:\n    def f(self): return 1\nA", "class A:\n    def f(self): return 2\nA")],
    ),
    "exceptions as values": (
        [(error(), error("other")), (error(), error(n=2)), (error(), error(code=2)), ("ValueError()", "KeyError()")]
        + each("e = ValueError()\ne.add_note({})\ne", "'a'", "'b'")
        + each("OSError({})", "2, 'm'", "13, 'm'", "2, 'n'", "2, 'm', 'file'", "2, 'm', 'file', None, 'other'")
        + each("ImportError('m', name={})", "'a'", "'b'")
        + each("UnicodeDecodeError('utf-8', b'abc', {}, 3, 'r')", "1", "2")
        + each("StopIteration({})", "1", "2")
        + each("ExceptionGroup({})", "'m', [ValueError(1)]", "'n', [ValueError(1)]", "'m', [ValueError(2)]",
               "'m', [KeyError(1)]", "'m', [ValueError(1), ValueError(1)]")
        + [("ExceptionGroup('m', [ValueError(1)])", "BaseExceptionGroup('m', [KeyboardInterrupt()])")],
        [
            ("e = ValueError()\ne.__cause__ = KeyError()\ne", "ValueError()"),
            ("try:\n    try: 1 / 0\n    finally: raise ValueError\nexcept ValueError as e: x = e\nx", "ValueError()"),
        ],
    ),
    "iterators and generators": (
        each("iter({})", "[1, 2]", "[1, 3]", "[1]")
        + each("def g():\n    yield 1\n    return {}\ng()", "None", "1", "2")
        + each("def g():\n    yield 1\n    raise {}\n[g()]", "ValueError", "KeyError", "OSError(2, 'm')")
        + each("class E(Exception): ...\ndef g():\n    yield 1\n    e = E()\n    e.n = {}\n    raise e\n[g()]", "1", "2")
        + each("import itertools\nitertools.islice(itertools.count(), {})", "999", "1000", "1001"),
        [("iter([1])", "map(int, [1])"), ("import itertools\nitertools.count()", "iter(range(5000))")]
        + each("def g():\n    yield 1\n    raise ValueError({})\n[g()]", "1", "2"),
    ),
    "texts and bytes that are read like files": (
        each("import io\nio.StringIO({})", "'a'", "'b'", "")
        + each("import io\ns = io.BytesIO(b'ab')\ns.{}\ns", "read(0)", "read(1)", "close()"),
        [("import io\nio.StringIO('a\\n')", "import io\nio.StringIO('a\\n', newline='')")],
    ),
    "partial functions, getters, weak references": (
        each("from functools import partial\npartial({})", "len, [1]", "len, [2]", "sum, [1]", "len, obj=[1]")
        + each("from operator import *\n{}", "itemgetter(1)", "itemgetter(2)", "attrgetter('a')", "methodcaller('a')")
        + [("class A(set): ...\na = A({1})\nimport weakref\nweakref.ref(a)", "class A(set): ...\na = A({2})\nimport weakref\nweakref.ref(a)")]
        + each("import random\nrandom.Random({})", "1", "2")
        + each("import struct\nstruct.Struct('{}')", "i", "f"),
        [("from functools import partial\npartial(lambda: 1)", "from functools import partial\npartial(lambda: 2)")],
    ),
    "values of `ctypes`": (
        each("from ctypes import *\n{}", "c_int(1)", "c_int(2)", "c_long(1)", "1")
        + each("from ctypes import *\n{}", "c_char_p(b'a')", "c_char_p(b'b')")
        + each("from ctypes import *\n(c_int * 2)({})", "1, 2", "1", "2, 1")
        + each(STRUCTURE, "P(1, 2)", "P(1, 3)", "named(P(1, 2))"),
        each("from ctypes import *\n{}", "(c_int * 2)()", "(c_int * 2)(0, 0)")
        + each(STRUCTURE, "P(1, 2)", "P(x=1, y=2)", "P.from_buffer_copy(P(1, 2))"),
    ),
    "XML elements": (
        each("import xml.etree.ElementTree as t\nt.fromstring('{}')", "<a/>", "<b/>", "<a x=\"1\"/>", "<a>t</a>", "<a><b/></a>"),
        [],
    ),
    "generic aliases and unions": (each("{}", "list[int]", "list[str]", "set[int]", "int | str", "int | None"), []),
    "modules, functions of C": (
        each("import math, cmath\n{}", "math", "cmath", "math.sin", "math.cos", "cmath.sin", "[].append", "len"), []),
    "Python functions, methods, code objects": (
        [("lambda: 1", "len")],
        [("lambda: 1", "lambda: 2"), ("class A:\n    def f(self): ...\nA().f", "class A:\n    def g(self): ...\nA().g")],
    ),
    "locks, sockets, open files, other types in C": (
        [("import threading\nthreading.Lock()", "import threading\nthreading.RLock()")],
        [("import threading\nthreading.Lock()", "import threading\nx = threading.Lock()\nx.acquire()\nx"),
         ("import hashlib\nhashlib.sha256(b'a')", "import hashlib\nhashlib.sha256(b'b')"),
         ("object()", "object()")],
    ),
    "values that contain themselves": (
        [("x = []\nx.append(x)\nx", "x = []\nx.append([x])\nx"), ("x = {}\nx[1] = x\nx", "x = {}\nx[1] = {}\nx")],
        [],
    ),
}  # fmt: skip


def value_of(source: str) -> Any:
    """The last line of ``source``, which runs as the code under test does, in canonical form as it travels."""
    *lines, last = textwrap.dedent(source).rstrip("\n").split("\n")
    module = sys.modules["dream"] = ModuleType("dream")
    try:
        exec("\n".join(lines), vars(module))
        value = canonical(eval(last, vars(module)), consume=True)
    finally:
        del sys.modules["dream"]
    return json.loads(json.dumps(value))


APART = [(name, *pair) for name, (apart, _) in TABLE.items() for pair in apart]
ALIKE = [(name, *pair) for name, (_, alike) in TABLE.items() for pair in alike]


@pytest.mark.parametrize(("name", "a", "b"), APART)
def test_what_differs_is_told_apart(name: str, a: str, b: str) -> None:
    first, second = value_of(a), value_of(b)
    found = difference(first, second)
    assert found is not None, first
    assert found.expected != found.got or "exception" in name
    assert difference(second, first) is not None
    for source, value in ((a, first), (b, second)):
        assert difference(value, value_of(source)) is None, "a value is equal to its copy"
        assert " at 0x" not in json.dumps(value), "no address is compared"


@pytest.mark.parametrize(("name", "a", "b"), ALIKE)
def test_what_is_not_compared_is_equal(name: str, a: str, b: str) -> None:
    assert difference(value_of(a), value_of(b)) is None


def test_every_row_of_the_table_has_its_pairs() -> None:
    lines = PAGE.read_text().splitlines()
    start = lines.index(HEAD) + 2
    rows = [line.split(" | ") for line in lines[start : lines.index("", start)]]
    assert [row[0].removeprefix("| ") for row in rows] == list(TABLE)
    for name, _, excepted in rows:
        has = bool(TABLE[name.removeprefix("| ")][1])
        assert (excepted.removesuffix(" |").strip() not in ("", "|", "—")) == has, name
