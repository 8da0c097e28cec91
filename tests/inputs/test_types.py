"""What is drawn for an annotation fits it, as ``typeguard`` sees it, once it is built as in the jail."""

# ruff: noqa: E501 - tables of annotations

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from types import CoroutineType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typeguard import CollectionCheckStrategy, ForwardRefPolicy, check_type

from pytest_athena_dreams.inputs.arguments import Arguments
from pytest_athena_dreams.inputs.recipes import Recipe
from pytest_athena_dreams.inputs.strategies import UnmetAnnotation
from pytest_athena_dreams.sandbox.jail.canonical import canonical
from tests.inputs.kit import built, drawn, module_of, signature_of

PRELUDE = """
import abc, array, collections, contextlib, datetime, decimal, enum, fractions, io, ipaddress, logging
import numbers, os, pathlib, random, re, types, typing, uuid, zoneinfo
from annotated_types import Ge, Gt, Interval, Le, Len, Lt, MaxLen, MinLen, MultipleOf
from collections import abc as cabc
from dataclasses import dataclass, field, InitVar
from typing import *

class Colour(enum.Enum):
    RED = 1
    BLUE = "b"

class Level(enum.IntFlag):
    LOW = 1
    HIGH = 2

@dataclass(frozen=True)
class Point:
    x: int
    y: "float" = 0.0

@dataclass
class Tree:
    value: int
    children: "list[Tree]" = field(default_factory=list)

@dataclass
class Chain:
    value: int
    next: "Chain | None"

@dataclass
class Seeded:
    seed: InitVar[int]
    size: int = field(init=False, default=3)

class Plain:
    def __init__(self, name: str, /, *tags: str, size: int = 3, **rest: int) -> None:
        assert isinstance(name, str) and isinstance(size, int)
        self.name, self.size = name, size

    def twin(self, other: Self) -> bool:
        return other is self

class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...

class Square(Shape):
    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        return self.side ** 2

class Row(NamedTuple):
    name: str
    count: int = 0

class Movie(TypedDict):
    title: str
    year: NotRequired[int]

class Partial(TypedDict, total=False):
    title: Required[str]
    tags: list[str]

class Named(Protocol):
    name: str

    def greet(self, other: str) -> str: ...

class Handler(Protocol):
    def __call__(self, value: int) -> str: ...

T = TypeVar("T")
B = TypeVar("B", bound=Point)
C = TypeVar("C", int, str)
UserId = NewType("UserId", int)
Vector = list[float]
Json = Union[None, int, str, "list[Json]", "dict[str, Json]"]

@dataclass
class Box(Generic[T]):
    item: T

class IntBox(Box[int]):
    pass
"""

SCALARS = [
    "int",
    "float",
    "complex",
    "bool",
    "str",
    "bytes",
    "bytearray",
    "memoryview",
    "range",
    "slice",
    "None",
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "datetime.timedelta",
    "datetime.timezone",
    "datetime.tzinfo",
    "zoneinfo.ZoneInfo",
    "decimal.Decimal",
    "fractions.Fraction",
    "uuid.UUID",
    "re.Pattern",
    "re.Match",
    "pathlib.Path",
    "pathlib.PosixPath",
    "pathlib.PurePath",
    "pathlib.PurePosixPath",
    "os.PathLike",
    "ipaddress.IPv4Address",
    "ipaddress.IPv6Address",
    "ipaddress.IPv4Network",
    "ipaddress.IPv6Network",
    "ipaddress.IPv4Interface",
    "ipaddress.IPv6Interface",
    "numbers.Number",
    "numbers.Real",
    "numbers.Rational",
    "numbers.Integral",
    "numbers.Complex",
    "io.StringIO",
    "io.BytesIO",
    "io.IOBase",
    "io.TextIOBase",
    "TextIO",
    "BinaryIO",
    "IO[str]",
    "SupportsInt",
    "SupportsFloat",
    "SupportsIndex",
    "SupportsAbs",
    "SupportsBytes",
    "SupportsComplex",
    "types.ModuleType",
    "types.SimpleNamespace",
    "types.TracebackType",
    "random.Random",
    "logging.Logger",
    "array.array",
    "Hashable",
    "Sized",
    "AnyStr",
    "Text",
    "LiteralString",
]

CONTAINERS = """
list[int]; set[str]; frozenset[int]; dict[str, int]; tuple[int, str]; tuple[int, ...]; tuple[()]; list; dict; tuple
List[int]; Dict[str, List[int]]; collections.deque[int]; collections.defaultdict[str, list[int]]; dict[str, list[Box[float]]]; dict[str, list[int]]
collections.OrderedDict[str, int]; collections.Counter[str]; collections.ChainMap[str, int]
types.MappingProxyType[str, int]; cabc.Sequence[int]; cabc.MutableSequence[str]; cabc.Collection[int]
cabc.Container[int]; cabc.Reversible[int]; cabc.Iterable[int]; cabc.Iterator[int]; cabc.Mapping[str, int]
cabc.MutableMapping[str, int]; cabc.Set[int]; cabc.MutableSet[int]; cabc.KeysView[str]; cabc.ValuesView[int]
cabc.ItemsView[str, int]; Generator[int, None, None]; AsyncIterator[int]; cabc.Awaitable[int]
contextlib.AbstractContextManager[int]; contextlib.AbstractAsyncContextManager[int]; Mapping[str, Sequence[tuple[int, float]]]; dict[tuple[int, int], set[bytes]]
""".replace("\n", ";").split(";")

FORMS = """
Any; object; Optional[int]; Union[int, str]; int | None; Literal[1, "a", None, True]; Literal[Colour.RED]; Colour
Level; Annotated[int, Ge(3), Lt(9)]; Annotated[int, Interval(gt=1000, le=1003)]; Annotated[int, MultipleOf(1000)]
Annotated[float, Gt(0.5), Le(1.0)]; Annotated[str, MinLen(2), MaxLen(3)]; Annotated[list[int], Len(2, 3)]
Annotated[bytes, MinLen(9)]; Annotated[dict[str, int], MinLen(1)]; Annotated[int | None, Ge(3)]
Annotated[decimal.Decimal, Ge(decimal.Decimal("1.5"))]; Annotated[set[int], MaxLen(2)]; UserId; Vector; Json
T; B; C; Point; Tree; Chain; Seeded; Plain; Shape; Row; Movie; Partial; Named; Handler; Box[int]; IntBox; Box[Colour]
Callable[[int], str]; Callable[..., Point]; Callable; cabc.Callable[[], int]; type[Point]; type[int]; type; Type
type[tuple]; type[collections.Counter]; type[collections.defaultdict]; type[datetime.date]; type[bool | str]
type[Shape]; list[Point]; dict[Colour, list[Row]]; Optional[Shape]; set[Point]; list[Callable[[int], int]]
Exception; ValueError; type[Exception]; ExceptionGroup; list[Tree] | None; Iterable[Movie]; "list[Point]"
""".replace("\n", ";").split(";")

ANNOTATIONS = [text.strip() for text in (*SCALARS, *CONTAINERS, *FORMS) if text.strip()]


def fits(value: object, annotation: Any) -> None:
    check_type(
        value,
        annotation,
        collection_check_strategy=CollectionCheckStrategy.ALL_ITEMS,
        forward_ref_policy=ForwardRefPolicy.ERROR,
    )


def checked(annotation: str, size: int) -> None:
    """Draw for a parameter of a type, and check each value."""
    import typing

    signature, module = signature_of(f"{PRELUDE}\ndef f(p: {annotation}) -> None: ...\n")
    resolved = typing.get_type_hints(module.f, include_extras=True)["p"]
    values = [built(arguments)[0][0] for arguments in drawn(signature, size)]
    assert values
    vars(sys.modules[__name__]).update(Json=module.Json)  # typeguard resolves it where it is called
    for value in values:
        fits(value, resolved)
        if isinstance(value, CoroutineType):
            value.close()


@pytest.mark.parametrize("annotation", ANNOTATIONS)
def test_what_is_drawn_fits(annotation: str) -> None:
    checked(annotation, 25)


SIMPLE = ["int", "str", "float", "bool", "None", "Colour", "Point", "Row", "datetime.date", "bytes", "UserId"]
NESTED = st.recursive(
    st.sampled_from(SIMPLE),
    lambda inner: st.one_of(
        inner.map("list[{}]".format),
        inner.map("Sequence[{}]".format),
        inner.map("Optional[{}]".format),
        inner.map("dict[str, {}]".format),
        inner.map("Box[{}]".format),
        inner.map("tuple[{}, ...]".format),
        inner.map("collections.deque[{}]".format),
        st.tuples(inner, inner).map(lambda pair: "tuple[{}, {}]".format(*pair)),
        st.tuples(inner, inner).map(lambda pair: "Union[{}, {}]".format(*pair)),
        st.sampled_from(SIMPLE).map("frozenset[{}]".format),
    ),
    max_leaves=5,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given]
)
@given(NESTED)
def test_what_is_drawn_for_nested_types_fits(annotation: str) -> None:
    checked(annotation, 5)


BOUNDED = [
    ("Annotated[int, Ge(3), Lt(9)]", lambda v: 3 <= v < 9),
    ("Annotated[int, Interval(gt=1000, le=1003)]", lambda v: 1000 < v <= 1003),
    ("Annotated[int, MultipleOf(1000)]", lambda v: v % 1000 == 0),
    ("Annotated[int, Gt(0.5)]", lambda v: v >= 1),
    ("Annotated[float, Gt(0.5), Le(1.0)]", lambda v: 0.5 < v <= 1.0),
    ("Annotated[str, MinLen(2), MaxLen(3)]", lambda v: 2 <= len(v) <= 3),
    ("Annotated[list[int], Len(20, 30)]", lambda v: 20 <= len(v) <= 30),
    ("Annotated[dict[int, int], MinLen(9)]", lambda v: len(v) >= 9),
    ("Annotated[int | None, Ge(3)]", lambda v: v is None or v >= 3),
    ('Annotated[decimal.Decimal, Ge(decimal.Decimal("1.5"))]', lambda v: v >= 1.5),
]


@pytest.mark.parametrize(("annotation", "holds"), BOUNDED, ids=[text for text, _ in BOUNDED])
def test_bounds_hold(annotation: str, holds: Any) -> None:
    signature, _ = signature_of(f"{PRELUDE}\ndef f(p: {annotation}) -> None: ...\n")
    values = [built(arguments)[0][0] for arguments in drawn(signature, 50)]
    assert values
    assert all(map(holds, values))


EVERYTHING = (
    PRELUDE + "\ndef f(a: list[Tree], b: Callable[[int], Row], c: Iterator[Point], /, d: Movie, *e: Colour,"
    " g: set[str], h: Shape, i: 'Plain | None' = None, **k: frozenset[int]) -> None: ...\n"
)


def test_recipes_rebuild_equal_values_in_two_namespaces() -> None:
    signature, _ = signature_of(EVERYTHING)
    for arguments in drawn(signature, 30):
        seen = []
        for _ in range(2):
            module_of(EVERYTHING)
            seen.append(canonical(built(arguments), consume=True))
        assert seen[0] == seen[1]


def test_a_function_among_the_inputs_is_the_same_in_two_namespaces() -> None:
    arguments = Arguments((Recipe("callable", "", ([1, 2, 3, 4],)),))
    (one,), _ = built(arguments)
    (two,), _ = built(arguments)
    assert [one(n, key=n) for n in range(50)] == [two(n, key=n) for n in range(50)]


def test_inputs_survive_pickling() -> None:
    signature, _ = signature_of(EVERYTHING)
    for arguments in drawn(signature, 30):
        copy = pickle.loads(pickle.dumps(arguments))
        assert canonical(built(copy), consume=True) == canonical(built(arguments), consume=True)


POOL = """
import hashlib, sys
from pytest_athena_dreams.inputs.pool import PoolSpec, draw_pool
from tests.inputs.kit import signature_of
from tests.inputs.test_types import EVERYTHING
signature, _ = signature_of(EVERYTHING)
spec = PoolSpec(signature=signature, literals=(), size=60, seed=7, edges=frozenset({"empty", "extreme"}))
print(hashlib.sha256(b"".join(draw_pool(spec).inputs)).hexdigest())
"""


def test_a_spec_gives_the_same_pool_in_any_process() -> None:
    digests = set()
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", POOL],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(ran.stdout)
    assert len(digests) == 1


RENAMED = "def f({}: int, {}: list[str], {}: 'dict[str, int] | None' = None): return {} == 77"


def test_nothing_is_drawn_by_the_name_of_a_parameter() -> None:
    pools = []
    for names in (("a", "b", "c"), ("index", "names", "n"), ("url", "email", "path")):
        signature, _ = signature_of(RENAMED.format(*names, names[0]))
        found = drawn(signature, 60, edges=frozenset({"empty", "large"}))
        pools.append([list(arguments.by_name(signature).values()) for arguments in found])
    assert pools[0] == pools[1] == pools[2]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("def f(p: 'Missing'): ...", "NameError: name 'Missing' is not defined"),
        ("from typing import NoReturn\ndef f(p: NoReturn): ...", "there is no such value"),
        ("import enum\nclass E(enum.Enum): pass\ndef f(p: E): ...", "E has no members"),
        ("import abc\nclass A(abc.ABC):\n    @abc.abstractmethod\n    def m(self): ...\ndef f(p: A): ...", "no subclass"),
        ("class N:\n    def __init__(self, n: 'N'): ...\ndef f(p: N): ...", "N needs itself without end"),
        ("import types\ndef f(p: types.FrameType): ...", "frame can't be imported by its name"),
        ("import types\ndef f(p: types.FrameType | None): ...", "frame can't be imported by its name"),
    ],
)  # fmt: skip
def test_what_can_not_be_drawn_is_told(code: str, why: str) -> None:
    signature, _ = signature_of(code)
    with pytest.raises(UnmetAnnotation, match=why):
        drawn(signature)


def test_names_for_type_checkers_are_found() -> None:
    code = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import nowhere\n"
    code += "    from decimal import Decimal\n"
    signature, _ = signature_of(f"{code}\ndef f(p: 'Decimal', q: 'nowhere.X' = None): ...")
    assert signature.parameters[0].type is not None
    assert signature.parameters[0].type.kind == "decimal.Decimal"


def test_keywords_of_a_typed_dict_are_parameters() -> None:
    code = "from typing import *\nclass O(TypedDict):\n    a: int\n    b: NotRequired[str]\n"
    signature, _ = signature_of(f"{code}\ndef f(**o: Unpack[O]): ...")
    assert [(p.name, p.has_default) for p in signature.parameters] == [("a", False), ("b", True)]


@pytest.mark.parametrize(
    ("name", "annotation", "fits"),
    [
        ("SupportsWrite", "SupportsWrite[bytes]", io.BytesIO),
        ("SupportsRead as R", "R[str]", io.StringIO),
        ("StrPath", "StrPath", (str, os.PathLike)),
        ("ReadableBuffer", "ReadableBuffer", (bytes, bytearray)),
        ("SupportsKeysAndGetItem", "SupportsKeysAndGetItem[str, int]", dict),
    ],
)
def test_names_of_typeshed_stand_for_types_that_fit(name: str, annotation: str, fits: Any) -> None:
    code = f"from typing import *\nif TYPE_CHECKING:\n    from _typeshed import Unheard, {name}\n"
    signature, _ = signature_of(f"{code}def f(p: '{annotation}'): ...")
    assert all(isinstance(built(call)[0][0], fits) for call in drawn(signature))


def test_values_that_can_be_compared_are_of_one_type() -> None:
    code = "from typing import *\nif TYPE_CHECKING:\n    from _typeshed import SupportsRichComparison as C\n"
    signature, _ = signature_of(f"{code}def f(p: 'list[C]'): ...")
    for call in drawn(signature):
        sorted(built(call)[0][0])


def test_applications_of_wsgi_can_be_drawn() -> None:
    code = "from typing import *\nif TYPE_CHECKING:\n    from _typeshed.wsgi import WSGIApplication as A\n"
    signature, _ = signature_of(f"{code}def f(p: 'A'): ...")
    assert all(callable(built(call)[0][0]) for call in drawn(signature))


@pytest.mark.parametrize(
    ("classes", "items"),
    [
        ("class D(dict[str, int]): ...", int),
        ("class M(dict[K, V]): ...\nclass D(M[str, int]): ...", int),
        ("class M(dict[K, V], Generic[K, V]): ...\nclass D(M[int, bool]): ...", bool),
    ],
)
def test_subclasses_of_mappings_hold_what_they_are_declared_to(classes: str, items: type) -> None:
    code = f"from typing import *\nK = TypeVar('K')\nV = TypeVar('V')\n{classes}\n"
    signature, module = signature_of(f"{code}def f(p: D): ...")
    values = [built(call)[0][0] for call in drawn(signature)]
    assert all(type(value) is module.D for value in values)
    assert {type(item) for value in values for item in value.values()} == {items}


@pytest.mark.parametrize("base", ["list[int]", "tuple[int, ...]", "frozenset[int]", "set[int]", "str", "int"])
def test_subclasses_of_builtin_types_are_not_always_empty(base: str) -> None:
    signature, module = signature_of(f"class D({base}): ...\ndef f(p: D): ...")
    values = [built(call)[0][0] for call in drawn(signature)]
    assert all(type(value) is module.D for value in values)
    assert any(values)


def test_a_subclass_with_a_constructor_of_its_own_takes_what_that_says() -> None:
    code = "class D(dict[str, int]):\n    def __init__(self, n: int) -> None:\n        self['a'] = n\n"
    signature, _ = signature_of(f"{code}def f(p: D): ...")
    assert all(list(built(call)[0][0]) == ["a"] for call in drawn(signature))


@pytest.mark.parametrize("returned", ["Self", "'Logger'"])
def test_a_protocol_whose_methods_return_it_ends(returned: str) -> None:
    code = f"from typing import *\nclass Logger(Protocol):\n    def bind(self) -> {returned}: ...\n"
    signature, _ = signature_of(f"{code}def f(p: Logger): ...")
    for call in drawn(signature):
        assert built(call)[0][0].bind().bind is not None


def test_environments_of_wsgi_have_the_keys_that_a_server_gives() -> None:
    code = "from typing import *\nif TYPE_CHECKING:\n    from _typeshed.wsgi import WSGIEnvironment as E\n"
    signature, _ = signature_of(f"{code}def f(p: 'E'): ...")
    environments = [built(call)[0][0] for call in drawn(signature)]
    assert all(e["wsgi.url_scheme"] in ("http", "https") and e["PATH_INFO"][:1] in "/" for e in environments)


def test_what_only_type_checkers_see_may_be_a_protocol_or_typed_dict() -> None:
    code = "from typing import *\nif TYPE_CHECKING:\n    class D(TypedDict):\n        a: int\n"
    code += "    class P(Protocol):\n        def size(self) -> int: ...\n"
    signature, _ = signature_of(f"{code}def f(p: 'D', q: 'P'): ...")
    for call in drawn(signature):
        mapping, sized = built(call)[0]
        assert type(mapping["a"]) is type(sized.size()) is int
