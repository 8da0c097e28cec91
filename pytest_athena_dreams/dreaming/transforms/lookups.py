"""Looks values up in a better structure: a set, a dict's own keys, or a dict for what was met before."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ...rewriting.functions import prepended
from ..collecting import wrapped
from ..parameters import Kind, is_hashable, parameters
from ..statements import line_of, names, only, pairs, small
from ..target import Target, Variant

_HASHABLE_CONSTANT = m.SimpleString() | m.Integer() | m.Float()
_MEMBERSHIP = m.In() | m.NotIn()


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each such look-up."""
    yield from _unique(target)
    yield from _repeated(target)
    for comparison in m.findall(target.function, m.Comparison(comparisons=[m.DoNotCare()])):
        assert isinstance(comparison, cst.Comparison)
        part = comparison.comparisons[0]
        if not m.matches(part.operator, _MEMBERSHIP):
            continue
        why = f"line {target.line(comparison)}: "
        match part.comparator:
            case cst.List(elements=[_, _, *_] as elements) | cst.Tuple(elements=[_, _, *_] as elements):
                hashable = _is_text(comparison.left)
                if hashable and all(m.matches(each.value, _HASHABLE_CONSTANT) for each in elements):
                    inner = ", ".join(target.module.code_for_node(each.value) for each in elements)
                    yield target.replaced(
                        part.comparator,
                        cst.parse_expression(f"{{{inner}}}"),
                        why + "the constants are in a set, where looking up takes one step",
                    )
            case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value="keys")), args=[]):
                yield target.replaced(part.comparator, owner, why + "a dict is asked for a key directly")


def _is_text(node: cst.BaseExpression) -> bool:
    """Whether an expression is certainly hashable, as the result of a method of texts or a number."""
    return m.matches(node, m.Name() | m.BinaryOperation(operator=m.Modulo()) | m.Call(func=m.Name("len")))


def _repeated(target: Target) -> Iterator[Variant]:
    """``item in items`` in a loop, where ``items`` is a parameter that stays as it is."""
    lists = {
        each.name
        for each in parameters(target.node)
        if each.kind is Kind.LIST and _has_hashable_items(each.annotation)
        if not each.mutated and not each.rebound
    }
    for loop in m.findall(target.function.body, m.For() | m.CompFor()):
        for node in m.findall(loop, m.Comparison(m.Name(), [m.ComparisonTarget(_MEMBERSHIP, m.Name())])):
            assert isinstance(node, cst.Comparison)
            side = node.comparisons[0].comparator
            if not isinstance(side, cst.Name) or side.value not in lists:
                continue
            known = target.unused(f"{side.value}_set")
            inner = target.function.visit(target.replacer({side: cst.Name(known)}))
            assert isinstance(inner, cst.FunctionDef)
            yield target.replaced(
                target.function,
                prepended(inner, f"{known} = set({side.value})\n"),
                f"line {target.line(node)}: the loop looks up in a set of `{side.value}`, made once",
            )


def _unique(target: Target) -> Iterator[Variant]:
    """``found = []``, and a loop that appends an item that is not there yet."""
    hashable = {each.name for each in parameters(target.node) if _has_hashable_items(each.annotation)}
    for first, second in pairs(target.function):
        match small(first), second:
            case (
                cst.Assign(
                    targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.List(elements=[])
                ),
                cst.For(target=cst.Name(value=item), body=body, iter=cst.Name() as items, orelse=None),
            ):
                pass
            case _:
                continue
        absent = m.Comparison(left=m.Name(item), comparisons=[m.ComparisonTarget(m.NotIn(), m.Name(name))])
        append = m.Expr(m.Call(func=m.Attribute(m.Name(name), m.Name("append")), args=[m.Arg(m.Name(item))]))
        test = only(body)
        if isinstance(test, cst.If) and test.orelse is None and m.matches(test.test, absent):
            inner = small(only(test.body))
            if inner is not None and m.matches(inner, append) and names(items) & hashable:
                yield target.merged(
                    line_of(f"{name} = list(dict.fromkeys({wrapped(target, items)}))", first, second),
                    first,
                    second,
                    why=f"line {target.line(second)}: a dict knows what was met before, instead of a search",
                )


def _has_hashable_items(annotation: str | None) -> bool:
    inner = (annotation or "").partition("[")[2].removesuffix("]")
    return annotation == "str" or is_hashable(inner or None)
