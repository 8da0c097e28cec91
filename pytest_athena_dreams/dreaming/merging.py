"""Puts two procedures into one source, so that one can call the other.

Invariants: names of the other procedure that the subject has too are changed; imports come first. Only the
process that changes sources imports this module, for it needs libcst.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from ..rewriting.functions import Rename
from .statements import names
from .target import New, NoFunction, Target, Variant
from .tasks import Partner, Role

_IMPORT_NODES = cst.Import | cst.ImportFrom


class Merger:
    """A subject with a partner's source in it. Raises ``NoFunction`` if they can't be put together."""

    def __init__(self, target: Target, partner: Partner) -> None:
        self.target = target
        self.partner = partner
        self.other = Target(partner.subject)
        for each in (target, self.other):
            if "." in each.entry_point or each.function.asynchronous or each.is_generator:
                raise NoFunction  # an object or a loop would be needed to call it
        taken = {name: target.unused(f"{name}_of_other") for name in _bound(self.other) & target.names}
        taken = {old: new for old, new in taken.items() if not self._is_same_import(old)}
        module = self.other.module.visit(Rename(taken)) if taken else self.other.module
        assert isinstance(module, cst.Module)
        self.name = taken.get(self.other.name, self.other.name)
        self._body = [each for each in module.body if not _is_docstring(each)]

    def _is_same_import(self, name: str) -> bool:
        """Whether both import ``name`` by the same statement."""
        return any(
            name in _binds(each) and each.deep_equals(own)
            for each in self.other.module.body
            for own in self.target.module.body
            if _is_import(each)
        )

    def merged(self, changes: dict[cst.CSTNode, New], why: str) -> Variant:
        """The subject with ``changes`` and the partner's definitions before its function."""
        target = self.target
        function: Any = changes.pop(target.function, target.function)
        after = function.nodes if isinstance(function, cst.FlattenSentinel) else [function]
        own = {target.module.code_for_node(each).strip() for each in target.module.body if _is_import(each)}
        imports = [each for each in self._body if _is_import(each)]
        new = [each for each in imports if target.module.code_for_node(each).strip() not in own]
        rest = [each for each in self._body if not _is_import(each)]
        spaced = [_spaced(each) for each in rest]
        node = cst.FlattenSentinel([*spaced, *(_spaced(each) for each in after)])
        variant = target.changed({target.function: node, **changes}, why)
        return Variant(_with_imports(variant.code, new), why, self.partner.subject.id)


def partners(target: Target, role: Role) -> Sequence[Merger]:
    """The partners of a role that can be put into the subject's source."""
    found = []
    for partner in target.partners:
        if partner.role is role:
            try:
                found.append(Merger(target, partner))
            except (NoFunction, cst.ParserSyntaxError):
                continue
    return found


def forwarded(parameters: cst.Parameters) -> str:
    """The arguments of a call that passes all parameters on."""
    found = [each.name.value for each in (*parameters.posonly_params, *parameters.params)]
    if isinstance(parameters.star_arg, cst.Param):
        found.append(f"*{parameters.star_arg.name.value}")
    found += [f"{each.name.value}={each.name.value}" for each in parameters.kwonly_params]
    if parameters.star_kwarg is not None:
        found.append(f"**{parameters.star_kwarg.name.value}")
    return ", ".join(found)


def _bound(target: Target) -> set[str]:
    """The names that a module binds at its top."""
    return {name for each in target.module.body for name in _binds(each)}


def _binds(statement: cst.CSTNode) -> set[str]:
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        return {statement.name.value}
    if not isinstance(statement, cst.SimpleStatementLine):
        return set()
    found: set[str] = set()
    for line in statement.body:
        if isinstance(line, cst.Assign):
            found |= {name for each in line.targets for name in names(each.target)}
        elif isinstance(line, cst.AnnAssign):
            found |= names(line.target)
        elif isinstance(line, cst.Import | cst.ImportFrom) and not isinstance(line.names, cst.ImportStar):
            found |= {(each.evaluated_alias or each.evaluated_name).partition(".")[0] for each in line.names}
    return found


def _is_import(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(
        isinstance(line, _IMPORT_NODES) for line in statement.body
    )


def _is_docstring(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]):
            return True
    return False


def _spaced(statement: cst.CSTNode) -> cst.CSTNode:
    """A definition with two blank lines before it; other statements as they are."""
    if not isinstance(statement, cst.FunctionDef | cst.ClassDef):
        return statement
    comments = [line for line in statement.leading_lines if line.comment is not None]
    return statement.with_changes(leading_lines=[cst.EmptyLine(indent=False)] * 2 + comments)


def _with_imports(code: str, imports: Sequence[cst.CSTNode]) -> str:
    """``code`` with imports after its docstring and its own first imports."""
    if not imports:
        return code
    module = cst.parse_module(code)
    body = list(module.body)
    place = 1 if body and _is_docstring(body[0]) else 0
    while place < len(body) and _is_import(body[place]):
        place += 1
    future = [each for each in imports if "__future__" in module.code_for_node(each)]
    others = [each for each in imports if each not in future]
    first = 1 if body and _is_docstring(body[0]) else 0
    new = [*body[:first], *future, *body[first:place], *others, *body[place:]]
    return module.with_changes(body=new).code
