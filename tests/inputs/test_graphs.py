"""Classes that lead back to themselves: drawn small, quickly, and with shared objects and cycles."""

from __future__ import annotations

import functools
import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.inputs.arguments import Arguments
from pytest_athena_dreams.inputs.drawing import CHOICES
from pytest_athena_dreams.inputs.graphs import count_nodes, without_cycles
from pytest_athena_dreams.inputs.instances import CLASSES, UnmetAnnotation
from pytest_athena_dreams.inputs.pool import Pool, PoolSpec, draw_pool
from pytest_athena_dreams.inputs.recipes import Recipe
from pytest_athena_dreams.sandbox.jail.building import MAKERS
from pytest_athena_dreams.signatures import Parameter, ParameterKind, Signature, TypeSpec
from tests.inputs.kit import built, module_of, signature_of

IMPORTS = (
    "from __future__ import annotations\nfrom dataclasses import *\nfrom typing import *\nfrom abc import *\n"
)
NODE = """
class Node:
    def __init__(self, value: str = "", successor: Node | None = None, successors: list[Node] | None = None,
                 incoming: list[Node] | None = None, outgoing: list[Node] = []) -> None:
        self.value = value
        self.successor = successor
        self.successors = successors or []
        self.incoming: list[Node] = incoming if incoming is not None else []
        self.outgoing = list(outgoing)
"""
TREE = """
@dataclass(frozen=True)
class Tree:
    value: int
    left: Tree | None = None
    right: Tree | None = None
"""
LINK = "@dataclass\nclass Link:\n    value: int\n    next: Link | None = None\n"
TERM = """
class Term(ABC):
    @abstractmethod
    def value(self): ...
@dataclass
class Number(Term):
    n: int
    def value(self): return self.n
@dataclass
class Sum(Term):
    a: Term
    b: Term
    def value(self): return self.a.value() + self.b.value()
"""
MUTUAL = """
@dataclass
class A:
    bs: dict[str, B]
@dataclass
class B:
    many: list[A]
    one: A | None = None
"""
FIELDS = "".join(f"    f{n}: list[Wide]\n" for n in range(25))
WIDE = f"@dataclass\nclass Wide:\n{FIELDS}"
TYPED = """
class Typed(TypedDict):
    many: list[Typed]
    named: dict[str, Typed]
    one: NotRequired[Typed]
"""
SIGNATURES = {
    "topological ordering": f"{NODE}def f(nodes: list[Node]) -> list[Node]: ...",
    "start and goal": f"{NODE}def f(start: Node, goal: Node) -> bool: ...",
    "weights": f"{NODE}def f(nodes: list[Node], weights: dict[tuple[int, int], int]) -> int: ...",
    "tree": f"{TREE}def f(tree: Tree) -> int: ...",
    "linked list": f"{LINK}def f(head: Link | None) -> bool: ...",
    "terms": f"{TERM}def f(term: Term) -> int: ...",
    "mutual": f"{MUTUAL}def f(a: A) -> int: ...",
    "many fields": f"{WIDE}def f(wide: Wide) -> int: ...",
    "typed dictionaries": f"{TYPED}def f(typed: list[Typed]) -> int: ...",
    "alias": "Json: TypeAlias = 'dict[str, Json] | list[Json] | int'\ndef f(j: Json) -> int: ...",
    "deep lists": "def f(x: list[list[list[list[list[list[int]]]]]]) -> int: ...",
    "very deep lists": f"def f(x: {'list[' * 25}int{']' * 25}) -> int: ...",
    "deep dictionaries": f"def f(x: {'dict[str, ' * 6}int{']' * 6}) -> int: ...",
    "deep sets of tuples": f"def f(x: {'frozenset[tuple[' * 4}int{', ...]]' * 4}) -> int: ...",
}


def pool_of(code: str, **options: Any) -> tuple[Pool, Any]:
    signature, module = signature_of(IMPORTS + code)
    return draw_pool(PoolSpec(signature=signature, literals=(), size=100, seed=0, **options)), module


@pytest.mark.parametrize("code", SIGNATURES.values(), ids=SIGNATURES)
def test_a_pool_is_whole_small_and_quick(code: str) -> None:
    began = time.process_time()
    pool, _ = pool_of(code)
    assert time.process_time() - began < 5
    assert len(pool) > 50
    assert pool.notes == ()
    assert max(map(len, pool.inputs)) < 20_000


@pytest.mark.parametrize("name", ["topological ordering", "start and goal", "linked list", "terms", "mutual"])
def test_objects_are_shared_and_lead_back_to_themselves(name: str) -> None:
    pool, _ = pool_of(SIGNATURES[name])
    calls = [arguments.call("f") for arguments in pool.inputs.values()]
    assert sum(":=" in call for call in calls) >= 4
    assert 2 <= sum("with_attributes" in call for call in calls) <= 30


def test_a_frozen_class_has_shared_objects_and_no_cycles() -> None:
    pool, _ = pool_of(f"{TREE}def f(a: Tree, b: Tree) -> int: ...")
    calls = [arguments.call("f") for arguments in pool.inputs.values()]
    assert sum(":=" in call for call in calls) > 5
    assert not any("with_attributes" in call for call in calls)


LINKS = [Recipe("node", ":Link", (), (("value", n),), frozenset({"next"})) for n in range(3)]


def linked(inner: Recipe, value: int) -> Recipe:
    return Recipe("node", ":Link", (), (("value", value), ("next", inner)), frozenset({"next"}))


@pytest.mark.parametrize(
    ("args", "wiring", "call"),
    [
        ((LINKS[0], LINKS[1]), ((1, 0),), "f((node0 := Link(value=0)), node0)"),
        ((LINKS[0], LINKS[1]), ((0, 1), (1, 1), (7, 0)), "f(Link(value=0), Link(value=1))"),
        (
            (linked(LINKS[0], 5),),
            ((1, 0),),
            "f(with_attributes((node0 := Link(value=5, next=Link(value=0))), next=node0))",
        ),
        (
            (linked(linked(LINKS[0], 6), 5),),
            ((2, 0),),
            (
                "f(with_attributes((node0 := Link(value=5, next=Link(value=6, next=Link(value=0)))), "
                "next=Link(value=6, next=node0)))"
            ),
        ),
        (
            ([linked(LINKS[0], 5), LINKS[1]],),
            ((2, 1),),
            "f([Link(value=5, next=(node1 := Link(value=0))), node1])",
        ),
        ((LINKS[0], Recipe("node", ":Tree")), ((1, 0),), "f(Link(value=0), Tree())"),
    ],
)
def test_what_a_wiring_makes_of_a_call(args: tuple[Any, ...], wiring: Any, call: str) -> None:
    assert Arguments(args, {}, wiring).call("f") == call


def shape(value: Any, seen: dict[int, int]) -> Any:
    """``value`` as plain data in which each object has a number, which shows shared objects and cycles."""
    if isinstance(value, list | tuple):
        return [shape(item, seen) for item in value]
    if isinstance(value, dict):
        return {key: shape(item, seen) for key, item in value.items()}
    if not hasattr(value, "__dict__"):
        return value
    if id(value) in seen:
        return seen[id(value)]
    seen[id(value)] = len(seen)
    return [seen[id(value)], type(value).__name__, shape(vars(value), seen)]


@given(st.data())
def test_the_jail_builds_what_the_call_says(data: st.DataObject) -> None:
    code = (
        IMPORTS
        + NODE
        + LINK
        + TERM
        + "def f(a: list[Node], b: Link, *, term: Term, table: dict[str, Node]): ..."
    )
    signature, module = signature_of(code)
    spec = PoolSpec(signature=signature, literals=(), size=1, seed=0)
    arguments = data.draw(spec.strategy())
    args, kwargs = built(arguments)
    names = vars(module) | {"f": lambda *args, **kwargs: (args, kwargs)}
    names["with_attributes"] = functools.partial(MAKERS["assigned"], "")
    assert shape([args, kwargs], {}) == shape(list(eval(arguments.call("f"), names)), {})


PAIRS = st.lists(st.tuples(st.integers(-2, 30), st.integers(-2, 30)), max_size=12)


@given(PAIRS, st.integers(0, 99))
def test_any_wiring_fits_any_tree(wiring: list[tuple[int, int]], which: int) -> None:
    pool, _ = CACHED
    arguments = list(pool.inputs.values())[which % len(pool)]
    module_of(IMPORTS + NODE)
    rewired = Arguments(arguments.args, arguments.kwargs, tuple(wiring))
    args, kwargs = built(rewired)
    assert len(args) + len(kwargs) == 1
    drawn = arguments.args, arguments.kwargs
    clean = [pair for pair in wiring if 0 <= pair[1] < pair[0] < count_nodes(drawn)]
    assert "with_attributes" not in Arguments(*drawn, without_cycles(drawn, tuple(clean))).call("f")


CACHED = pool_of(SIGNATURES["topological ordering"])


def test_the_same_seed_gives_the_same_graphs() -> None:
    one, other = (pool_of(SIGNATURES["topological ordering"])[0] for _ in range(2))
    assert list(one.inputs) == list(other.inputs)


STORED = """
class Base:
    def __init__(self, kept, copied, replaced, other, computed, none=None):
        self.kept = kept
        self.copied = list(copied)
        self.replaced = replaced or []
        self.another = other
        self.computed = computed + kept
        if none:
            self.none = none
class Own(Base):
    pass
"""


def test_the_attributes_that_can_be_assigned_are_known() -> None:
    signature, _ = signature_of(f"{IMPORTS}{STORED}{TREE}{LINK}def f(a: Own, b: Tree, c: Link): ...")
    found = {described.name: set(described.assignable) for described in signature.classes}
    assert found == {":Own": {"kept", "copied", "replaced"}, ":Tree": set(), ":Link": {"value", "next"}}


def test_a_pool_of_large_inputs_is_smaller_and_says_so() -> None:
    fields = "".join(f"    f{n}: list[str]\n" for n in range(60))
    pool, _ = pool_of(f"@dataclass\nclass Row:\n{fields}def f(rows: list[Row]) -> int: ...")
    assert 0 < len(pool) < 100
    assert pool.notes == (f"{len(pool)} inputs instead of 100: inputs of its types are too large",)


def classes(count: int, fields: int) -> str:
    """Classes each of which needs many of the one before."""
    lines = ["@dataclass\nclass C0:\n    n: int\n"]
    for n in range(1, count):
        inner = "".join(f"    f{m}: C{n - 1}\n" for m in range(fields))
        lines.append(f"@dataclass\nclass C{n}:\n{inner}")
    return "".join(lines) + f"def f(c: C{count - 1}) -> int: ..."


def many_classes(count: int) -> str:
    """One class that needs many others."""
    lines = [f"@dataclass\nclass C{n}:\n    n: int\n" for n in range(count)]
    fields = "".join(f"    f{n}: C{n}\n" for n in range(count))
    return f"{''.join(lines)}@dataclass\nclass All:\n{fields}def f(x: All) -> int: ..."


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (classes(5, 20), "inputs of its types are too large"),
        (classes(40, 1), "nested more than"),
        (many_classes(CLASSES + 5), f"more than {CLASSES} classes"),
        ("@dataclass\nclass A:\n    a: A\ndef f(a: A) -> int: ...", "needs itself without end"),
        ("X = int\nfor _ in range(395):\n    X = list[X]\ndef f(x: X) -> int: ...", "nested more than"),
        ("X = int\nfor _ in range(395):\n    X = dict[int, X] | None\ndef f(x: X): ...", "nested more than"),
    ],
)
def test_what_cannot_be_drawn_is_refused_quickly(code: str, why: str) -> None:
    began = time.process_time()
    with pytest.raises(UnmetAnnotation, match=why):
        pool_of(code)
    assert time.process_time() - began < 10


def test_a_class_that_the_jail_does_not_describe_is_refused() -> None:
    parameter = Parameter(
        name="x", kind=ParameterKind.POSITIONAL_OR_KEYWORD, type=TypeSpec(kind="class", text=":Unknown")
    )
    with pytest.raises(UnmetAnnotation):
        draw_pool(
            PoolSpec(signature=Signature(name="f", parameters=(parameter,)), literals=(), size=9, seed=0)
        )


def test_containers_hold_fewer_items_the_deeper_they_are() -> None:
    pool, _ = pool_of(SIGNATURES["deep lists"])
    most: Counter[int] = Counter()

    def measure(value: Any, depth: int) -> None:
        if isinstance(value, list):
            most[depth] = max(most[depth], len(value))
            for item in value:
                measure(item, depth + 1)

    for arguments in pool.inputs.values():
        for value in (*arguments.args, *arguments.kwargs.values()):
            measure(value, 0)
    assert [most[depth] for depth in range(6)] == [8, 8, 3, 1, 1, 1]
    assert CHOICES > 10_000
