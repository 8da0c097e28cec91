"""The structure of a function's parameters, read from what its code does with them.

Every expression has a shape. Statements make shapes one, or tell what they are: ``x["key"]`` gives a record,
a loop gives items, ``x.weekday()`` a date. Functions of the same module that are called are read too.
"""

from __future__ import annotations

import ast

from ..sandbox.jail.usage import FUNCTION_NODES
from ..signatures import ClassSpec, TypeSpec
from .defined import Defined, called_name, default_values, last_name, own_nodes, parameter_names
from .operations import arithmetic, attribute, builtin, method
from .shaping import Shape, of_shapes
from .syntax import UNREADABLE, syntax

READINGS = 2
"""Passes over the code: the second one knows what the first found of functions that call one another."""

_Scope = dict[str, Shape]


def structure(code: str, name: str) -> tuple[dict[str, TypeSpec], tuple[ClassSpec, ...]]:
    """The types of the parameters of ``name`` of which the code tells something, and the records in them."""
    found = syntax(code)
    if found is None:
        return {}, ()
    reader = _Reader({n.name: n for n in reversed(found.nodes) if isinstance(n, FUNCTION_NODES)})
    try:
        return of_shapes(reader.parameters(name.rpartition(".")[2]))
    except UNREADABLE:
        return {}, ()


class _Reader:
    """Reads functions; ``_scopes`` are the names of each, shared with the functions within it."""

    def __init__(self, functions: dict[str, Defined]) -> None:
        self._functions = functions
        self._scopes: dict[str, _Scope] = {}
        self._given = {name for function in functions.values() for name in parameter_names(function)}
        self._outer: dict[str, str] = {
            inner.name: outer.name
            for outer in functions.values()
            for inner in ast.walk(outer)
            if isinstance(inner, FUNCTION_NODES) and inner is not outer
        }

    def parameters(self, name: str) -> list[tuple[str, Shape]]:
        """The shapes of the parameters of a function."""
        function = self._functions.get(name)
        if function is None:
            return []
        for _ in range(READINGS):
            seen: set[str] = set()
            todo = [name]
            while todo:
                one = todo.pop()
                if one not in seen:
                    seen.add(one)
                    todo += self._read(self._functions[one])
        return [(parameter, self._scope(name)[parameter]) for parameter in parameter_names(function)]

    def _scope(self, name: str) -> _Scope:
        if name not in self._scopes:
            outer = self._outer.get(name)
            scope = self._scopes[name] = _Chained(self._scope(outer)) if outer else {}
            for parameter in parameter_names(self._functions[name]):
                dict.__setitem__(scope, parameter, Shape())
            for parameter, default in default_values(self._functions[name]):
                scope[parameter].is_same(self._of(default, scope))
        return self._scopes[name]

    def _read(self, function: Defined) -> list[str]:
        """Read a function's statements; the functions that it calls."""
        scope = self._scope(function.name)
        called = []
        for node in own_nodes(function):
            self._statement(node, scope)
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in self._functions
            ):
                called.append(node.func.id)
        return called

    def _statement(self, node: ast.AST, scope: _Scope) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, self._of(value, scope), scope)
            case ast.AugAssign(target=target, value=value):
                arithmetic(self._of(target, scope), self._of(value, scope), node.op)
            case ast.NamedExpr(target=target, value=value):
                self._bind(target, self._of(value, scope), scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, self._of(value, scope), scope)
            case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
                self._bind(target, self._items(source, scope), scope)
            case ast.expr():
                self._of(node, scope)

    def _bind(self, target: ast.AST, shape: Shape, scope: _Scope) -> None:
        if isinstance(target, ast.Name):
            self._name(target.id, scope).is_same(shape)
        elif isinstance(target, ast.Tuple | ast.List) and not any(
            isinstance(x, ast.Starred) for x in target.elts
        ):
            for part, element in zip(target.elts, shape.unpacked(len(target.elts)), strict=True):
                self._bind(part, element, scope)
        elif isinstance(target, ast.Subscript):
            self._of(target, scope).is_same(shape)

    def _name(self, name: str, scope: _Scope) -> Shape:
        if name not in scope:
            scope[name] = Shape()
        return scope[name].root()

    def _items(self, node: ast.expr, scope: _Scope) -> Shape:
        """The shape of the items of what a loop goes through."""
        if isinstance(node, ast.Call):
            name = called_name(node)
            if name == "enumerate" and node.args:
                pair = Shape()
                pair.elements = [Shape("int"), self._items(node.args[0], scope)]
                return pair
            if name == "zip":
                row = Shape()
                row.elements = [self._items(arg, scope) for arg in node.args]
                return row
            if name == "range":
                self._of(node, scope)
                return Shape("int")
            if isinstance(node.func, ast.Attribute) and name in ("items", "keys", "values") and not node.args:
                owner = self._of(node.func.value, scope).mark("mapping")
                key, value = owner.part("key"), owner.part("value")
                if name != "items":
                    return key if name == "keys" else value
                pair = Shape()
                pair.elements = [key, value]
                return pair
        return self._of(node, scope).mark("sequence").part("item")

    def _of(self, node: ast.AST, scope: _Scope) -> Shape:
        """The shape of an expression."""
        match node:
            case ast.Name(id=name):
                return self._name(name, scope)
            case ast.Constant(value=value):
                return Shape() if value is None or value is ... else Shape(type(value).__name__)
            case ast.JoinedStr():
                return Shape("str")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._of(operand, scope)
            case ast.Subscript(value=value, slice=ast.Constant(value=str() as key)):
                return self._of(value, scope).at(key)
            case ast.Subscript(value=value, slice=ast.Slice()):
                return self._of(value, scope)
            case ast.Subscript(value=value, slice=index):
                return self._indexed(self._of(value, scope), index, scope)
            case ast.Attribute(value=value, attr=word):
                return attribute(self._of(value, scope), word)
            case ast.Call():
                return self._call(node, scope)
            case ast.BinOp(left=left, op=ast.Add(), right=ast.Tuple(elts=elements) | ast.List(elts=elements)):
                owner = self._of(left, scope).mark("sequence")
                for element in elements:
                    owner.part("item").is_same(self._of(element, scope))
                return owner
            case ast.BinOp(left=left, right=right):
                return arithmetic(self._of(left, scope), self._of(right, scope), node.op)
            case ast.Compare():
                return self._compared(node, scope)
            case ast.List(elts=elements) | ast.Set(elts=elements):
                return self._holding(elements, scope)
            case ast.Tuple(elts=elements) if elements:
                row = Shape()
                row.elements = [self._of(element, scope) for element in elements]
                return row
            case ast.IfExp(body=body):
                return self._of(body, scope)
            case ast.Dict(keys=keys, values=values):
                return self._mapping(keys, values, scope)
            case ast.BoolOp(values=values):
                return self._of(values[0], scope)
            case ast.Starred(value=value):
                return self._of(value, scope)
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                for generator in node.generators:
                    self._statement(generator, scope)
                return self._holding([element], scope)
        return Shape()

    def _holding(self, elements: list[ast.expr], scope: _Scope) -> Shape:
        shape = Shape("sequence")
        for element in elements:
            shape.part("item").is_same(self._of(element, scope))
        return shape

    def _mapping(self, keys: list[ast.expr | None], values: list[ast.expr], scope: _Scope) -> Shape:
        shape = Shape("mapping")
        for key, value in zip(keys, values, strict=True):
            if isinstance(key, ast.Name | ast.Subscript):
                shape.part("key").is_same(self._of(key, scope))
                shape.part("value").is_same(self._of(value, scope))
        return shape

    def _indexed(self, owner: Shape, index: ast.expr, scope: _Scope) -> Shape:
        by = self._of(index, scope)
        if "int" in by.marks or isinstance(index, ast.BinOp):
            by.mark("int")
            return owner.part("item")
        if "mapping" in owner.marks or "str" in by.marks:
            owner.part("key").is_same(by.mark("key"))
            return owner.part("value")
        return owner.part("item")

    def _compared(self, node: ast.Compare, scope: _Scope) -> Shape:
        sides = [node.left, *node.comparators]
        for operator, one, other in zip(node.ops, sides, sides[1:], strict=False):
            left, right = self._of(one, scope), self._of(other, scope)
            if isinstance(operator, ast.In | ast.NotIn):
                if "str" in right.marks and not right.parts:
                    left.mark("str")
                elif "mapping" in right.marks or right.keys:
                    right.part("key").is_same(left.mark("key"))
                else:
                    right.part("item").is_same(left)
            elif isinstance(other, ast.Constant) and other.value is None:
                if isinstance(one, ast.Attribute) or getattr(one, "id", "") in self._given:
                    left.mark("none")
            elif not isinstance(operator, ast.Is | ast.IsNot):
                left.is_same(right)
        return Shape("bool")

    def _call(self, node: ast.Call, scope: _Scope) -> Shape:
        name = called_name(node)
        if name == "isinstance" and len(node.args) == 2:
            asked = node.args[1]
            for kind in asked.elts if isinstance(asked, ast.Tuple) else [asked]:
                self._of(node.args[0], scope).named.setdefault(last_name(kind))
            return Shape("bool")
        given = [self._of(argument, scope) for argument in node.args]
        for keyword in node.keywords:
            shape = self._of(keyword.value, scope)
            if keyword.arg == "key" and name in ("sorted", "sort", "min", "max", "groupby"):
                shape.mark("callable")
        if isinstance(node.func, ast.Attribute):
            keys = [getattr(a, "value", None) if isinstance(a, ast.Constant) else None for a in node.args]
            texts = [key if isinstance(key, str) else None for key in keys]
            value = node.func.value
            if isinstance(value, ast.Name) and value.id not in scope:  # a function of a module
                return builtin(name, given)
            return method(self._of(value, scope), name, given, texts)
        if name in self._functions:
            function = self._functions[name]
            inner = self._scope(name)
            for parameter, shape in zip(parameter_names(function), given, strict=False):
                inner[parameter].is_same(shape)
            for keyword in node.keywords:
                if keyword.arg in inner:
                    inner[keyword.arg].is_same(self._of(keyword.value, scope))
            return Shape()
        if isinstance(node.func, ast.Name) and name in scope:
            result = self._name(name, scope).mark("callable").part("result")
            return result
        return builtin(name, given)


class _Chained(dict[str, Shape]):
    """The names of an inner function: its own, and those of the function around it."""

    def __init__(self, outer: _Scope) -> None:
        super().__init__()
        self._around = outer

    def __missing__(self, name: str) -> Shape:
        return self._around[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._around
