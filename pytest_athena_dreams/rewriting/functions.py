"""Finds and replaces the function of a source that is changed.

Invariant: the rest of the source is preserved.
"""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor


def function_of(code: str, name: str | None) -> cst.FunctionDef | None:
    """The top-level function ``name`` of ``code``; without a name, its only top-level function."""
    if name is None:
        return _only(_functions(code))
    found = [f for f in _functions(code) if f.name.value == name]
    return found[-1] if found else None


def like(code: str, base: cst.FunctionDef | None) -> cst.FunctionDef | None:
    """The only function of ``code`` with the same parameter names as ``base``."""
    return _only([f for f in _functions(code) if base and parameter_names(f) == parameter_names(base)])


def _functions(code: str) -> list[cst.FunctionDef]:
    return [statement for statement in cst.parse_module(code).body if isinstance(statement, cst.FunctionDef)]


def _only(functions: list[cst.FunctionDef]) -> cst.FunctionDef | None:
    return functions[0] if len(functions) == 1 else None


def parameter_names(function: cst.FunctionDef) -> list[str]:
    """The named parameters, in order."""
    return [p.name.value for p in (*function.params.params, *function.params.kwonly_params)]


def names_in(node: cst.CSTNode) -> set[str]:
    """All names in a part of a source."""
    return {found.value for found in m.findall(node, m.Name()) if isinstance(found, cst.Name)}


def body_of(function: cst.FunctionDef) -> list[cst.BaseStatement]:
    """The statements of a function without its docstring."""
    if not isinstance(function.body, cst.IndentedBlock):
        return []
    body = list(function.body.body)
    return body[1:] if function.get_docstring() is not None else body


def plain(statement: cst.BaseStatement) -> str:
    """A statement's source without comments and blank lines before it."""
    return cst.Module([]).code_for_node(statement).strip("\n")


def replaced(code: str, function: cst.FunctionDef, changed: cst.FunctionDef) -> str:
    """``code`` with ``changed`` in the place of ``function``."""
    module = cst.parse_module(code)
    body = [changed if _same(statement, function) else statement for statement in module.body]
    return module.with_changes(body=body).code


def _same(statement: cst.CSTNode, function: cst.FunctionDef) -> bool:
    return isinstance(statement, cst.FunctionDef) and statement.deep_equals(function)


def prepended(function: cst.FunctionDef, source: str) -> cst.FunctionDef:
    """``function`` with statements before its first, after its docstring."""
    new = cst.parse_module(source).body
    if isinstance(function.body, cst.IndentedBlock):
        body = list(function.body.body)
    else:
        assert isinstance(function.body, cst.SimpleStatementSuite)
        body = [cst.SimpleStatementLine(function.body.body)]
    start = 1 if function.get_docstring() is not None else 0
    return function.with_changes(body=cst.IndentedBlock([*body[:start], *new, *body[start:]]))


class Rename(cst.CSTTransformer):
    """Renames variables; attributes and the keywords of calls stay."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        self._names = names

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return True

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.Attribute:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        return updated_node.with_changes(value=self._names.get(updated_node.value, updated_node.value))


def with_import(code: str, module: str, name: str | None = None) -> str:
    """``code`` with ``module``, or ``name`` from it, imported."""
    context = CodemodContext()
    AddImportsVisitor.add_needed_import(context, module, name)
    return AddImportsVisitor(context).transform_module(cst.parse_module(code)).code
