"""Whether code is pure, by its source: the same arguments give the same answer, in any process.

Pure code remembers nothing from one call to the next. It reads no clock, random number, hash or address, and
uses no name that leads out of it. What it did once it does again, so nobody has to ask a second time.
All that pure code may contain is listed here. Code with anything else counts as impure, though much of it is
not.

Invariants: nothing here runs or compiles code. Purity holds for plain arguments only
(``inputs.arguments.is_plain``): the order of a set depends on the hash seed.
"""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Iterable
from functools import lru_cache
from types import ModuleType

from .syntax import TREES, Syntax, syntax

_BUILTINS = frozenset(dir(builtins))
_LAZY = frozenset({"enumerate", "filter", "map", "reversed", "zip"})
"""Builtins that return an iterator, whose text is its address."""
_CONSUMERS = _LAZY | {"all", "any", "dict", "list", "max", "min", "sorted", "sum", "tuple"}
PURE_FUNCTIONS = _CONSUMERS | {
    "abs", "bin", "bool", "bytes", "chr", "complex", "divmod", "float", "hex", "int", "isinstance", "len",
    "oct", "ord", "pow", "range", "round", "str",
}  # fmt: skip
"""Builtin functions and types that pure code may use."""
_EXHAUSTED_NAMES = {"MemoryError", "RecursionError", "RuntimeError", "SystemError"}
"""Exceptions that may mean that memory or stack ran out, which depends on more than the code."""
_PURE_EXCEPTIONS = {name for name in _BUILTINS if name.endswith("Error")} - _EXHAUSTED_NAMES
_ALLOWED = PURE_FUNCTIONS | _PURE_EXCEPTIONS
_VIEW_METHODS = frozenset({"items", "keys", "values"})
"""Methods that return a view; an operation on two views makes a set."""
_FILLING_METHODS = frozenset({"extend", "join", "update"})
"""Methods that use up their argument at once."""
_OTHER_METHODS = """
append capitalize casefold center clear copy count endswith expandtabs find fromkeys get index insert
is_integer isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace
istitle isupper ljust lower lstrip maketrans partition pop popitem remove removeprefix removesuffix replace
reverse rfind rindex rjust rpartition rsplit rstrip setdefault sort split splitlines startswith strip swapcase
title translate upper zfill
"""
METHODS = _VIEW_METHODS.union(_FILLING_METHODS, _OTHER_METHODS.split())
"""Methods of builtin types that pure code may call. Not ``format``, which reads attributes."""
_TYPING = "Any Dict Iterable Iterator List Literal Mapping Optional Sequence Tuple Union"


def public(module: ModuleType) -> frozenset[str]:
    """The names of a module that do not begin with an underscore."""
    return frozenset(name for name in dir(module) if not name.startswith("_"))


PURE_MODULES = {
    "math": public(math),
    "typing": frozenset(_TYPING.split()),
    "__future__": frozenset({"annotations"}),
}
"""What pure code may import, by module."""

SYNTAX = (
    ast.Return, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.While, ast.If, ast.Try, ast.Raise,
    ast.Assert, ast.Pass, ast.Break, ast.Continue, ast.Expr, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.IfExp,
    ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Subscript, ast.Slice, ast.ListComp, ast.DictComp,
    ast.JoinedStr, ast.FormattedValue, ast.Starred, ast.NamedExpr, ast.comprehension, ast.arguments, ast.arg,
    ast.keyword, ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop,
)  # fmt: skip
"""Syntax that is pure where its parts are. For ``try`` see ``_Reader``."""
_CHECKED = frozenset({ast.For, ast.Starred, ast.Try, ast.comprehension})
"""Kinds among these that the reader looks at nonetheless."""


def kinds(*bases: type[ast.AST]) -> frozenset[type[ast.AST]]:
    """All kinds of nodes that are of one of the ``bases``."""
    return frozenset(
        kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, bases)
    )


_UNCHECKED = kinds(*SYNTAX) - _CHECKED
"""The others, which it skips."""
_NAMED_NODES = (ast.FunctionDef, ast.ExceptHandler)


@lru_cache(maxsize=TREES)
def is_pure(code: str) -> bool:
    """Whether the list shows that ``code`` is pure. Code that can't be read is not."""
    found = syntax(code)
    return found is not None and _Reader(found).pure()


class _Reader:
    """Reads one tree from its top. A node that may stand in some places only is allowed by the one above."""

    def __init__(self, found: Syntax) -> None:
        self._tree, self._nodes = found.tree, found.nodes
        self._functions = {node.name for node in self._nodes if isinstance(node, ast.FunctionDef)}
        self._called: set[ast.AST] = set()
        """Names of functions and methods that are called."""
        self._consumed: set[ast.AST] = set()
        """Expressions that are iterated over and then dropped. They may be iterators."""
        self._given: set[ast.AST] = set()
        """Arguments that may be functions."""
        self._modules: set[ast.AST] = set()

    def pure(self) -> bool:
        """Whether all statements and names are on the list."""
        bound = list(self._bound())
        return (
            not _BUILTINS.intersection(bound)
            and not any(name.startswith("__") for name in bound)
            and all(bound.count(name) == 1 for name in self._functions)
            and all(map(self._at_top, self._tree.body))
            and all(self._allowed(node) for node in self._nodes if type(node) not in _UNCHECKED)
        )

    def _bound(self) -> Iterable[str]:
        for node in self._nodes:
            if isinstance(node, ast.Name):
                if not isinstance(node.ctx, ast.Load):
                    yield node.id
            elif isinstance(node, ast.arg):
                yield node.arg
            elif isinstance(node, _NAMED_NODES):
                yield node.name or ""
            elif isinstance(node, ast.alias):
                yield (node.asname or node.name).partition(".")[0]

    def _at_top(self, node: ast.stmt) -> bool:
        """Whether a statement of the module leaves nothing behind that a call could change."""
        match node:
            case ast.FunctionDef() | ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                return True
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                return _is_constant(value)
        return False

    def _allowed(self, node: ast.AST) -> bool:
        match node:
            case ast.Module() | ast.alias():
                return True
            case ast.Import(names=names):
                return all(alias.name == "math" and alias.asname is None for alias in names)
            case ast.ImportFrom(module=module, names=names, level=0):
                return all(alias.name in PURE_MODULES.get(str(module), ()) for alias in names)
            case ast.FunctionDef():
                defaults = [*node.args.defaults, *(value for value in node.args.kw_defaults if value)]
                return not node.decorator_list and all(map(_is_constant, defaults))
            case ast.Name():
                return self._name(node)
            case ast.Attribute(value=ast.Name(id="math"), attr=name, ctx=ast.Load()):
                self._modules.add(node.value)
                return name in PURE_MODULES["math"]
            case ast.Attribute():
                return node in self._called
            case ast.ExceptHandler():
                return node.type is not None
            case ast.Try():
                # A final block that raises, returns or leaves a loop swallows even a MemoryError.
                return all(map(_is_inert, node.finalbody))
            case ast.Starred():
                self._consumed.add(node.value)
            case ast.GeneratorExp():
                return node in self._consumed
            case ast.Lambda():
                return node in self._given
            case ast.Call():
                return self._call(node)
            case ast.Compare():
                return self._compare(node)
            case ast.For():
                self._consumed.add(node.iter)
            case ast.comprehension():
                self._consumed.add(node.iter)
                return not node.is_async
        return isinstance(node, SYNTAX)

    def _name(self, node: ast.Name) -> bool:
        name = node.id
        if name.startswith("__") or (name in _BUILTINS and name not in _ALLOWED):
            return False
        if name == "math":
            return node in self._modules
        if name in _LAZY:
            return node in self._called
        return name not in self._functions or node in self._called or node in self._given

    def _call(self, node: ast.Call) -> bool:
        name: str | None = None
        method: str | None = None
        match node.func:
            case ast.Name():
                name = node.func.id
            case ast.Attribute(value=ast.Name(id="math")):
                return True  # the attribute is checked in its turn
            case ast.Attribute() if node.func.attr in METHODS:
                method = node.func.attr
            case _:
                return False
        if (name in _LAZY or method in _VIEW_METHODS) and node not in self._consumed:
            return False
        self._called.add(node.func)
        self._consumed.update(self._iterated(name, method, node.args))
        if name in ("filter", "map"):
            self._given.update(node.args[:1])
        if name in ("max", "min", "sorted") or method == "sort":
            self._given.update(keyword.value for keyword in node.keywords if keyword.arg == "key")
        return True

    def _iterated(self, name: str | None, method: str | None, arguments: list[ast.expr]) -> list[ast.expr]:
        """The arguments that a call iterates over, and neither returns nor holds."""
        if name in ("filter", "map"):
            return arguments[1:]
        if name == "zip":
            return arguments
        if name in ("max", "min"):
            return arguments if len(arguments) == 1 else []
        return arguments[:1] if name in _CONSUMERS or method in _FILLING_METHODS else []

    def _compare(self, node: ast.Compare) -> bool:
        for operator, side in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.Is | ast.IsNot) and not _is_singleton(side):
                return False
            if isinstance(operator, ast.In | ast.NotIn):
                self._consumed.add(side)
        return True


def _is_inert(node: ast.stmt) -> bool:
    """Whether a statement can neither raise nor leave its block."""
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=targets, value=ast.Constant()):
            return all(isinstance(target, ast.Name) for target in targets)
    return False


def _is_singleton(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))


def _is_constant(node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(operand=ast.Constant()):
            return True
        case ast.Tuple(elts=parts):
            return all(map(_is_constant, parts))
    return False
