"""The documents that a source parses, as far as its code shows what it reads of them.

``data = json.load(file)`` and later ``data["files"].items()``, ``info["percent"] < 80`` say: an object with
``files``, a mapping of objects with the number ``percent``. Names count for the whole source, so a helper's
parameter has the shape of the variable of the same name.
"""

from __future__ import annotations

import ast

from ..drawable import Document, Format
from .syntax import syntax

_PARSERS: dict[str, Format] = {
    "json.load": "json", "json.loads": "json", "tomllib.load": "toml", "tomllib.loads": "toml",
    "tomli.load": "toml", "tomli.loads": "toml",
}  # fmt: skip
DOCUMENT_DEPTH = 6
"""Maximum levels of a document."""
DOCUMENTS = 6
"""Maximum documents of one source."""
_SAME = frozenset({"sorted", "list", "reversed", "tuple", "iter", "dict", "set"})
_NUMBER_FUNCTIONS = frozenset({"float", "int", "round", "sum", "abs"})
_TEXT_METHODS = frozenset({
    "strip", "lower", "upper", "split", "startswith", "endswith", "lstrip", "rstrip", "replace", "encode",
    "title",
})  # fmt: skip
_PASSES = 2
"""Walks of a source: a name may be used above the line that shows what it is."""


class _Part:
    """What is known of one value in a document."""

    def __init__(self) -> None:
        self.keys: dict[str, _Part] = {}
        self.item: _Part | None = None
        self.value: _Part | None = None
        self.kind = ""

    def key(self, name: str) -> _Part:
        return self.keys.setdefault(name, _Part())

    def items(self) -> _Part:
        self.item = self.item or _Part()
        return self.item

    def values(self) -> _Part:
        self.value = self.value or _Part()
        return self.value

    def document(self, form: Format, depth: int = 0) -> Document:
        if depth > DOCUMENT_DEPTH:
            return Document()
        return Document(
            form=form,
            kind=self.kind,
            keys={name: part.document(form, depth + 1) for name, part in self.keys.items()},
            item=self.item.document(form, depth + 1) if self.item else None,
            value=self.value.document(form, depth + 1) if self.value else None,
        )


def documents(code: str) -> tuple[Document, ...]:
    """The documents that ``code`` parses and reads parts of."""
    found = syntax(code)
    if found is None:
        return ()
    reader = _Documents()
    for _ in range(_PASSES):
        reader.visit(found.tree)
    made = (part.document(form) for form, part in reader.roots.values())
    return tuple(one for one in made if one.keys or one.item or one.value)[:DOCUMENTS]


class _Documents(ast.NodeVisitor):
    def __init__(self) -> None:
        self.roots: dict[int, tuple[Format, _Part]] = {}
        self._named: dict[str, _Part] = {}
        self._made: dict[int, _Part] = {}

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        part = self._part(node.value)
        for target in node.targets:
            self._bind(target, part)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.generic_visit(node)
        self._bind(node.target, self._part(node.value))

    def visit_For(self, node: ast.For) -> None:
        self._iterate(node.target, node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._iterate(node.target, node.iter)
        self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        for generator in node.generators:
            self.visit(generator)
        self.generic_visit(node)

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp

    def visit_Compare(self, node: ast.Compare) -> None:
        self.generic_visit(node)
        sides = [node.left, *node.comparators]
        constants = {type(side.value) for side in sides if isinstance(side, ast.Constant)}
        ordered = any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops)
        kind = "text" if str in constants else "number" if ordered or {int, float} & constants else ""
        for side in sides:
            self._mark(side, kind)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.generic_visit(node)
        if isinstance(node.op, ast.Sub | ast.Mult | ast.Div | ast.FloorDiv | ast.Pow):
            self._mark(node.left, "number")
            self._mark(node.right, "number")

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        self.generic_visit(node)
        spec = ast.unparse(node.format_spec) if node.format_spec is not None else ""
        if spec.rstrip("'\"")[-1:] in ("f", "d", "g", "%"):
            self._mark(node.value, "number")

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _NUMBER_FUNCTIONS and node.args:
            self._mark(node.args[0], "number")
        if isinstance(node.func, ast.Attribute) and node.func.attr in _TEXT_METHODS:
            self._mark(node.func.value, "text")
        self._part(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        self._part(node)

    def _mark(self, node: ast.AST, kind: str) -> None:
        part = self._part(node)
        if part is not None and kind:
            part.kind = part.kind or kind

    def _bind(self, target: ast.AST, part: _Part | None) -> None:
        if part is not None and isinstance(target, ast.Name):
            self._named[target.id] = part

    def _iterate(self, target: ast.AST, over: ast.AST) -> None:
        """Note the targets of a loop."""
        while isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.args:
            if over.func.id == "enumerate" and isinstance(target, ast.Tuple):
                target = target.elts[-1]
            elif over.func.id not in _SAME:
                break
            over = over.args[0]
        if isinstance(over, ast.Call) and isinstance(over.func, ast.Attribute) and not over.args:
            part = self._part(over.func.value)
            if part is not None and over.func.attr in ("items", "values"):
                pair = over.func.attr == "items"
                inner = target.elts[-1] if pair and isinstance(target, ast.Tuple) else target
                self._bind(inner, part.values())
                return
        part = self._part(over)
        if part is not None and not part.keys and part.value is None:
            self._bind(target, part.items())

    def _part(self, node: ast.AST) -> _Part | None:
        match node:
            case ast.Name(id=name):
                return self._named.get(name)
            case ast.Subscript(value=inner, slice=ast.Constant(value=str(key))):
                return self._inner(inner, key)
            case ast.Subscript(value=inner, slice=ast.Constant(value=int())):
                part = self._part(inner)
                return part.items() if part is not None else None
            case ast.Call(
                func=ast.Attribute(value=inner, attr="get"), args=[ast.Constant(value=str(key)), *_]
            ):
                return self._inner(inner, key)
            case ast.Call(func=ast.Name(id=name), args=[inner, *_]) if name in _SAME:
                return self._part(inner)
            case (
                ast.Call(func=ast.Attribute(value=inner, attr="get"), args=[_, *_])
                | ast.Subscript(value=inner)
            ):
                part = self._part(inner)
                return part.value if part is not None else None
            case ast.DictComp(value=value):
                return self._mapped(node, self._part(value))
            case ast.Call(func=ast.Attribute(attr="json"), args=[]):
                return self.roots.setdefault(id(node), ("json", _Part()))[1]
            case ast.Call(func=func) if (form := _PARSERS.get(ast.unparse(func))) is not None:
                return self.roots.setdefault(id(node), (form, _Part()))[1]
            case ast.BoolOp(values=[first, *_]):
                return self._part(first)
            case ast.IfExp(body=body, orelse=other):
                return self._part(body) or self._part(other)
        return None

    def _mapped(self, node: ast.DictComp, value: _Part | None) -> _Part | None:
        """A mapping that the code makes itself, with parts of a document as its values."""
        if value is None:
            return None
        made = self._made.setdefault(id(node), _Part())
        made.value = value
        return made

    def _inner(self, node: ast.AST, key: str) -> _Part | None:
        part = self._part(node)
        return part.key(key) if part is not None else None
