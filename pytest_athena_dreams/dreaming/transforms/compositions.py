"""Joins two procedures: one takes what the other returns, or both take the same arguments."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..merging import Merger, forwarded, partners
from ..target import Target, Variant
from ..tasks import Role

_OUTSIDE_ERRORS = "(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError)"
"""What code raises for arguments that it was not written for."""


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each partner: ``other(own(…))``, or a tuple of the results of both."""
    for merger in partners(target, Role.NEXT):
        first = target.unused(f"{target.name}_first")
        call = f"{merger.name}({first}({forwarded(target.function.params)}))"
        why = f"`{merger.other.name}` takes its result: {merger.partner.how}"
        yield _joined(target, merger, first, call, merger.other.function.returns, why)
    for merger in partners(target, Role.BESIDE):
        first = target.unused(f"{target.name}_first")
        arguments = forwarded(target.function.params)
        given = ", ".join(merger.partner.arguments) or arguments
        call = f"({first}({arguments}), {merger.name}({given}))"
        why = f"`{merger.other.name}` takes the same arguments: {merger.partner.how}"
        yield _joined(target, merger, first, call, None, why)


def _joined(
    target: Target, merger: Merger, first: str, call: str, returns: cst.Annotation | None, why: str
) -> Variant:
    """The subject under another name, and a function with its name that makes the call."""
    summary = f"Join {target.name} and {merger.other.name}."
    made = cst.parse_module(
        f"def {target.name}():\n"
        f'    """{summary}\n\n    Raises:\n        ValueError: if arguments suit only one.\n    """\n'
        f"    try:\n        return {call}\n"
        f"    except {_OUTSIDE_ERRORS} as error:\n"
        f'        raise ValueError("arguments that suit only one of both") from error\n'
    ).body[0]
    assert isinstance(made, cst.FunctionDef)
    joined = made.with_changes(params=target.function.params, returns=returns)
    renamed = target.function.visit(_Named(target.name, first))
    assert isinstance(renamed, cst.FunctionDef)
    return merger.merged(
        {target.function: cst.FlattenSentinel([renamed, joined])},
        f"line {target.node.lineno}: {why}",
    )


class _Named(cst.CSTTransformer):
    """Gives a function another name, where it calls itself too."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__()
        self._old, self._new = old, new

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        same = updated_node.name.value == self._old
        return updated_node.with_changes(name=cst.Name(self._new)) if same else updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        called = updated_node.func
        same = isinstance(called, cst.Name) and called.value == self._old
        return updated_node.with_changes(func=cst.Name(self._new)) if same else updated_node
