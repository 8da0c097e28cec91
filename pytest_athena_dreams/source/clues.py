"""What a source suggests for text among its inputs: what reads it, what splits it, what it is matched with.

Data is followed from a parameter through assignments, loops, calls of methods, and calls of functions of the
same module. The order of statements does not count, so this finds rather too much than too little: a wrong
clue costs a few inputs.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import reduce

from ..sandbox.jail.usage import FUNCTION_NODES
from ..signatures import Clues, TextClues
from .fields import fields
from .parsers import PATTERN_METHODS, SPLITTING_METHODS, grammar_of
from .syntax import PARSED_SOURCE, syntax

PASSES = 8
"""Maximum passes over a module while data is followed."""
QUOTED = 12
"""Maximum texts to take from a docstring."""
QUOTED_LENGTH = 80
"""Maximum characters of such a text."""
COMPARED_WORDS = 30
"""Maximum texts that a parameter's data is compared with."""
LITERAL_PATTERNS = 40
"""Maximum regular expressions to take from a source."""

_QUOTED_TEXT = re.compile(r"``([^`\n]{1,80})``|`([^`\n]{1,80})`|'([^'\n]{1,80})'|\"([^\"\n]{1,80})\"")
_DATE_DIRECTIVE = re.compile(r"%[YymdHMSBbjA]")
_TABLE_NODES = (ast.Dict, ast.List, ast.Tuple, ast.Set)
_NAN_TESTS = ("isnan", "isfinite", "isinf", "is_nan", "is_finite")
_LOOP_NODES = (ast.For, ast.AsyncFor, ast.comprehension)
_Defined = ast.FunctionDef | ast.AsyncFunctionDef


class _Found:
    """The clues of one parameter, while they are collected."""

    def __init__(self) -> None:
        self.grammars: dict[str, None] = {}
        self.separators: dict[str, None] = {}
        self.words: dict[str, None] = {}
        self.matched = False
        self.read = False


def clues(code: str, name: str, doc: str = "") -> Clues:
    """The clues of ``code`` for the function ``name`` (dotted for a method), whose docstring is ``doc``."""
    found = syntax(code)
    if found is None:
        return Clues()
    flow = _Flow(found.tree)
    by_parameter = flow.follow(name)
    dates = any("date" in clue.grammars for clue in by_parameter.values())
    texts = [n.value for n in found.nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    formats = [text for text in texts if len(text) <= QUOTED_LENGTH and _DATE_DIRECTIVE.search(text)]
    return Clues(
        parameters={p: clue for p, clue in by_parameter.items() if clue},
        patterns=tuple(dict.fromkeys(_patterns(found.nodes, flow.names)))[:LITERAL_PATTERNS],
        formats=tuple(dict.fromkeys(formats))[:QUOTED] if dates else (),
        quoted=quoted(doc),
        fields=fields(found.nodes, flow.shown),
        nan=any(_dotted(node).endswith(_NAN_TESTS) for node in found.nodes),
    )


def quoted(doc: str) -> tuple[str, ...]:
    """Texts that a docstring shows in quotes or backticks."""
    groups = (next(filter(None, match)) for match in _QUOTED_TEXT.findall(doc[:PARSED_SOURCE]))
    return tuple(dict.fromkeys(text for text in groups if text.strip()))[:QUOTED]


def _imported(tree: ast.Module) -> dict[str, str]:
    """Full names by the names under which a module imports them."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _dotted(node: ast.AST) -> str:
    """``a.b.c`` as text; what is no name becomes ``?``."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return "?"


def _patterns(nodes: list[ast.AST], names: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Literal regular expressions that are passed to ``re``, with their flags."""
    for node in nodes:
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        full = _full(node.func, names)
        text = node.args[0].value
        if full.partition(".")[0] in ("re", "regex") and isinstance(text, str):
            given = [*node.args[1:], *(k.value for k in node.keywords if k.arg == "flags")]
            yield text, reduce(lambda a, b: a | b, (_flags(arg) for arg in given), 0)


def _flags(node: ast.AST) -> int:
    """The flags of ``re`` that an expression names."""
    named = [n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)]
    return reduce(lambda a, name: a | int(getattr(re, name, 0)), (n for n in named if n.isupper()), 0)


def _full(node: ast.AST, names: Mapping[str, str]) -> str:
    """The full dotted name of a function, as imports show it."""
    head, dot, rest = _dotted(node).partition(".")
    return f"{names.get(head, head)}{dot}{rest}"


def _texts(node: ast.AST) -> list[str]:
    """The texts that an expression shows: itself, its items, or its keys."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and node.value else []
    if isinstance(node, ast.Dict):
        return [text for key in node.keys if key is not None for text in _texts(key)]
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [text for item in node.elts for text in _texts(item)]
    if isinstance(node, ast.Call):  # frozenset({...})
        return [text for argument in node.args for text in _texts(argument)]
    return []


class _Flow:
    """Follows parameters of one function through a module."""

    def __init__(self, tree: ast.Module) -> None:
        self.names = _imported(tree)
        self._tree = tree
        self._functions: dict[str, _Defined] = {}
        for node in ast.walk(tree):
            if isinstance(node, FUNCTION_NODES):
                self._functions.setdefault(node.name, node)
        self._tables: defaultdict[str, list[ast.AST]] = defaultdict(list)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, _TABLE_NODES):
                for target in node.targets:
                    self._tables[_dotted(target).rpartition(".")[2]].append(node.value)
        self._origins: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._found: defaultdict[str, _Found] = defaultdict(_Found)

    def follow(self, name: str) -> dict[str, TextClues]:
        """The clues by parameter of the function ``name``."""
        entry = self._functions.get(name.rpartition(".")[2])
        if entry is None:
            return {}
        for parameter in _parameters(entry):
            self._origins[entry.name][parameter].add(parameter)
        for _ in range(PASSES):
            before = self._count()
            for function in list(self._origins):
                self._spread(self._functions[function])
            if self._count() == before:
                break
        for function in list(self._origins):
            for node in ast.walk(self._functions[function]):
                self._note(node, self._origins[function])
        return {
            parameter: TextClues(
                grammars=tuple(one.grammars),
                separators=tuple(one.separators),
                words=tuple(one.words)[:COMPARED_WORDS],
                matched=one.matched,
                read=one.read,
            )
            for parameter, one in self._found.items()
        }

    def _count(self) -> int:
        return sum(len(of) for names in self._origins.values() for of in names.values())

    def _spread(self, function: _Defined) -> None:
        """Pass origins on from names to names, within a function and to the functions that it calls."""
        known = self._origins[function.name]
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    _add(known, target, _from(node.value, known))
            elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr) and node.value:
                _add(known, node.target, _from(node.value, known))
            elif isinstance(node, _LOOP_NODES):
                _add(known, node.target, _from(node.iter, known))
            elif isinstance(node, ast.withitem) and node.optional_vars:
                _add(known, node.optional_vars, _from(node.context_expr, known))
            elif isinstance(node, ast.Call):
                self._call(node, known)

    def _call(self, node: ast.Call, known: Mapping[str, set[str]]) -> None:
        called = _dotted(node.func).rpartition(".")[2]
        function = self._functions.get(called)
        if function is None:
            if isinstance(node.func, ast.Attribute) and called in ("append", "add", "extend", "appendleft"):
                for argument in node.args:
                    _add(known, node.func.value, _from(argument, known))
            return
        names = [p for p in _parameters(function) if p not in ("self", "cls")]
        given = self._origins[function.name]
        for parameter, argument in zip(names, node.args, strict=False):
            given[parameter] |= _from(argument, known)
        for keyword in node.keywords:
            if keyword.arg in names:
                given[str(keyword.arg)] |= _from(keyword.value, known)

    def _note(self, node: ast.AST, known: Mapping[str, set[str]]) -> None:
        """The clues of one node for the parameters whose data it reads."""
        if isinstance(node, ast.Compare):
            constants = any(isinstance(n, ast.Constant | ast.Tuple | ast.Set) for n in node.comparators)
            named = any(isinstance(n, ast.In | ast.NotIn) for n in node.ops)
            words = self._words(node)
            for origin in _from(node, known) if constants or named else ():
                self._found[origin].read = True
                self._found[origin].words |= words
        elif isinstance(node, ast.Match):
            cases = [
                n.value
                for case in node.cases
                for n in ast.walk(case.pattern)
                if isinstance(n, ast.MatchValue)
            ]
            for origin in _from(node.subject, known):
                self._found[origin].read = True
                self._found[origin].words |= dict.fromkeys(t for n in cases for t in _texts(n))
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            for origin in _from(node.value, known):
                self._found[origin].read = True
        elif isinstance(node, ast.Call):
            self._note_call(node, known)

    def _words(self, node: ast.Compare) -> dict[str, None]:
        """The texts in a comparison, also those of a table that it names."""
        found: dict[str, None] = {}
        for operator, side in zip([None, *node.ops], [node.left, *node.comparators], strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                found |= dict.fromkeys(self.shown(side))
            else:
                found |= dict.fromkeys(_texts(side))
        return found

    def shown(self, node: ast.AST) -> list[str]:
        """The texts that an expression shows, or a table of the module that it names."""
        if isinstance(node, ast.Name | ast.Attribute):
            tables = self._tables.get(_dotted(node).rpartition(".")[2], [])
            return [text for table in tables for text in _texts(table)]
        return _texts(node)

    def _note_call(self, node: ast.Call, known: Mapping[str, set[str]]) -> None:
        name = _full(node.func, self.names)
        method = name.rpartition(".")[2]
        grammar = grammar_of(name)
        receiver = _from(node.func.value, known) if isinstance(node.func, ast.Attribute) else set()
        given = set[str]().union(
            *(_from(arg, known) for arg in (*node.args, *(k.value for k in node.keywords)))
        )
        for origin in receiver | given:
            if grammar:
                self._found[origin].grammars[grammar] = None
        if method in PATTERN_METHODS:
            for origin in given:
                self._found[origin].matched = True
        for origin in receiver:
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if method in SPLITTING_METHODS:
                self._found[origin].separators.update(
                    dict.fromkeys(texts[:1] or ([" "] if not node.args else []))
                )
                self._found[origin].read = True
            elif texts or method in (
                "strip",
                "startswith",
                "endswith",
                "find",
                "index",
                "isdigit",
                "isalpha",
            ):
                self._found[origin].read = True


def _parameters(function: _Defined) -> list[str]:
    arguments = function.args
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _add(known: Mapping[str, set[str]], target: ast.AST, origins: set[str]) -> None:
    for node in ast.walk(target) if origins else ():
        if isinstance(node, ast.Name):
            known[node.id].update(origins)


def _from(node: ast.AST, known: Mapping[str, set[str]]) -> set[str]:
    """The parameters whose data an expression holds."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in known:
            found |= known[part.id]
    return found
