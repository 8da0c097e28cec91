"""Objects that are shared, and objects that lead back to themselves, made from the trees that are drawn.

Strategies draw objects as trees. A wiring is a list of pairs of numbers. Each pair takes an object out of
the tree and puts a reference to an earlier object of the same class in its place. If that is an object
around it, the argument in which it is must be one that can be assigned after the construction. Pairs that do
not fit a tree change nothing, so a tree may be narrowed or shrunk after it was drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from .recipes import Recipe

T = TypeVar("T")
Wiring = tuple[tuple[int, int], ...]


def wired(value: T, wiring: Wiring) -> T:
    """``value`` with the references of ``wiring`` in it, as far as they fit."""
    nodes = list(_nodes(value))
    instead: dict[int, int] = {}
    for later, earlier in wiring:
        if 0 <= earlier < later < len(nodes) and _fits(nodes, instead, later, earlier):
            instead[later] = earlier
    return _Rewriter(nodes, instead).rewrite(value) if instead else value


def without_cycles(value: object, wiring: Wiring) -> Wiring:
    """``wiring`` without references to objects around them."""
    nodes = list(_nodes(value))
    return tuple((later, earlier) for later, earlier in wiring if nodes[earlier].end <= later)


def count_nodes(value: object) -> int:
    """How many objects of classes that lead back to themselves there are in ``value``."""
    return sum(1 for _ in _nodes(value))


@dataclass(frozen=True, slots=True)
class _Node:
    """An object in a tree, the number of its parent, and the parent's argument that holds it.

    ``end`` is the number of the next object that is not within it.
    """

    recipe: Recipe
    around: int | None
    argument: str | int
    end: int


def _nodes(value: Any) -> Iterator[_Node]:
    """All objects in a tree, each before those in it."""
    found: list[_Node | None] = []

    def walk(value: Any, around: int | None, argument: str | int) -> None:
        if type(value) is Recipe and value.maker == "node":
            number = len(found)
            found.append(None)
            for n, arg in enumerate(value.args):
                walk(arg, number, n)
            for name, arg in value.kwargs:
                walk(arg, number, name)
            found[number] = _Node(value, around, argument, len(found))
        else:
            for part in _parts(value):
                walk(part, around, argument)

    walk(value, None, 0)
    return (node for node in found if node is not None)


def _parts(value: Any) -> Sequence[Any]:
    """What a container holds that may be taken out. What is in a set stays in it."""
    if type(value) is Recipe:
        return (*value.args, *(arg for _, arg in value.kwargs))
    if type(value) is dict:
        return list(value.values())
    return value if type(value) in (list, tuple) else ()


def _fits(nodes: Sequence[_Node], instead: dict[int, int], later: int, earlier: int) -> bool:
    """Whether a reference to the one object can stand in the place of the other."""
    if nodes[later].recipe.reference != nodes[earlier].recipe.reference:
        return False
    for gone in instead:
        if gone <= later < nodes[gone].end or gone <= earlier < nodes[gone].end:
            return False
    if any(later <= used < nodes[later].end for used in instead.values()):
        return False
    if nodes[earlier].end <= later:
        return True
    within = later
    while (around := nodes[within].around) != earlier:
        assert around is not None  # the earlier one is around the later one
        within = around
    return nodes[within].argument in nodes[earlier].recipe.assignable


class _Rewriter:
    """Rewrites a tree; ``_count`` is the number of the next object, as in ``nodes``."""

    def __init__(self, nodes: Sequence[_Node], instead: dict[int, int]) -> None:
        self._nodes = nodes
        self._instead = instead
        self._named = set(instead.values())
        self._count = 0

    def rewrite(self, value: Any) -> Any:
        if type(value) is Recipe and value.maker == "node":
            return self._node(value)
        return _mapped(value, self.rewrite)

    def _node(self, recipe: Recipe) -> Recipe:
        number = self._count
        if number in self._instead:
            self._count = self._nodes[number].end
            return Recipe("same", "", (self._instead[number],))
        self._count += 1
        args = tuple(map(self.rewrite, recipe.args))
        given: list[tuple[str, Any]] = []
        assigned: list[tuple[str, Any]] = []
        for name, arg in recipe.kwargs:
            start = self._count
            rewritten = self.rewrite(arg)
            if any(self._instead.get(n) == number for n in range(start, self._count)):  # they lead back
                given.append((name, type(arg)() if type(arg) in (list, tuple, dict) else arg))
                assigned.append((name, rewritten))
            else:
                given.append((name, rewritten))
        made = replace(recipe, args=args, kwargs=tuple(given))
        if number in self._named:
            made = Recipe("named", "", (number, made))
        return Recipe("assigned", "", (made,), tuple(assigned)) if assigned else made


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if type(value) is Recipe:
        kwargs = tuple((name, change(arg)) for name, arg in value.kwargs)
        return replace(value, args=tuple(map(change, value.args)), kwargs=kwargs)
    if type(value) is dict:
        return {key: change(item) for key, item in value.items()}
    return type(value)(map(change, value)) if type(value) in (list, tuple) else value
