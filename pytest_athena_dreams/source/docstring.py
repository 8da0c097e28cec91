"""Facts from a docstring: types of parameters, declared exceptions, example calls, and numbers.

The text is hostile. Reading takes linear time: lines are split at fixed marks, without regular expressions
that backtrack. Only literals are evaluated. All four common styles are understood, also mixed:
reStructuredText, Epydoc, Google and NumPy.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..signatures import TypeSpec
from .syntax import PARSED_SOURCE, UNREADABLE, expression, parsed

DOCTESTS = 20
"""Maximum doctests to read for example calls."""
DOCSTRING_NUMBERS = 20
"""Maximum numbers to read from a docstring."""
TYPE_LENGTH = 100
"""Maximum characters of a type as text; a longer text is a description."""

_WHOLE_NUMBER = re.compile(r"(?<![\w.])-?\d{1,12}(?!\w|\.\d)")
_IDENTIFIER = re.compile(r"\w+")
_PARAMETER_SECTIONS = frozenset(
    {"Args", "Arguments", "Params", "Parameters", "Attributes", "Other Parameters", "Other Params"}
)
_EXCEPTION_SECTIONS = frozenset({"Raises", "Raise", "Exceptions", "Except"})
_PARAMETER_TAGS = frozenset({"param", "parameter", "arg", "argument", "attribute", "key", "keyword"})
_EXCEPTION_TAGS = frozenset({"raises", "raise", "except", "exception"})
_TYPE_WORDS = {
    "int": "int", "integer": "int", "ints": "int", "integers": "int", "number": "int", "str": "str",
    "string": "str", "strings": "str", "strs": "str", "float": "float", "floats": "float", "bool": "bool",
    "boolean": "bool", "bytes": "bytes", "none": "none", "any": "any", "object": "any",
}  # fmt: skip
_CONTAINER_WORDS = {
    "list": "list",
    "sequence": "list",
    "iterable": "list",
    "array": "list",
    "set": "set",
    "tuple": "tuple...",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An example call whose arguments are all literals."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Docstring:
    """What a docstring says: ``types`` by parameter, exceptions in ``raises``, ``calls`` and ``numbers``."""

    types: dict[str, TypeSpec] = field(default_factory=dict)
    raises: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    numbers: tuple[int, ...] = ()


def read_docstring(text: str, function: str = "") -> Docstring:
    """Read ``text``, the docstring of ``function``, whose calls in doctests are the examples."""
    text = text[:PARSED_SOURCE]
    if not text.strip():
        return Docstring()
    lines = inspect.cleandoc(text).split("\n")
    types: dict[str, TypeSpec] = {}
    raises: set[str] = set()
    for is_parameter, name, words in _entries(lines):
        if not is_parameter:
            raises.update(_IDENTIFIER.findall(name))
        elif spec := type_in_words(words):
            types[name] = spec
    return Docstring(
        types=types,
        raises=tuple(sorted(raises)),
        calls=tuple(_calls(lines, function)) if function and ">>>" in text else (),
        numbers=tuple(dict.fromkeys(int(number) for number in _WHOLE_NUMBER.findall(text)))[
            :DOCSTRING_NUMBERS
        ],
    )


def _entries(lines: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
    """What each line documents: whether that is a parameter, its name, and its type in words or ``""``."""
    section, numpy, indent = "", False, 0
    for line, below in zip(lines, (*lines[1:], ""), strict=True):
        text = line.strip()
        depth = len(line) - len(line.lstrip())
        if not text:
            continue
        if line[0] in ":@":
            yield from _tagged(text)
        elif depth == 0 and below and not below.strip("-"):
            section, numpy = text, True
        elif depth == 0 and text.endswith(":") and text[:-1] in _PARAMETER_SECTIONS | _EXCEPTION_SECTIONS:
            section, numpy, indent = text[:-1], False, 0
        elif section and numpy:
            if depth == 0 and text.strip("-"):
                name, _, words = text.partition(":")
                yield from _entry(section, name, words)
        elif section and depth == 0:
            section = ""
        elif section:
            indent = indent or depth
            head, colon, _ = text.partition(":")
            if depth == indent and colon:
                name, _, words = head.partition("(")
                yield from _entry(section, name, words.rpartition(")")[0])


def _entry(section: str, name: str, words: str) -> Iterator[tuple[bool, str, str]]:
    if section in _PARAMETER_SECTIONS or section in _EXCEPTION_SECTIONS:
        yield section in _PARAMETER_SECTIONS, name.strip(), words


def _tagged(text: str) -> Iterator[tuple[bool, str, str]]:
    """A line such as ``:param int n: …``, ``:type n: int``, ``@raise ValueError: …``."""
    head, _, rest = text[1:].partition(":")
    match head.split():
        case [tag, words, name] if tag in _PARAMETER_TAGS:
            yield True, name, words
        case ["type", name]:
            yield True, name, rest
        case [tag, name] if tag in _EXCEPTION_TAGS:
            yield False, name, ""


def type_in_words(text: str) -> TypeSpec | None:
    """A type as docstrings write it: an annotation, or words such as ``list of int`` and ``int or None``."""
    if len(text) > TYPE_LENGTH:
        return None
    text = text.partition(", default")[0].strip().rstrip(".?")
    text = text.removesuffix("(optional)").removesuffix("(default)").removesuffix("optional").strip(" ,")
    alternatives = [part for part in re.split(r"\s+or\s+|\s*\|\s*", text) if part]
    if len(alternatives) > 1:
        found = [type_in_words(part) for part in alternatives]
        known = tuple(spec for spec in found if spec is not None)
        return TypeSpec(kind="union", args=known) if len(known) == len(found) else None
    words = re.fullmatch(r"(?i)(list|sequence|iterable|array|set|tuple)s?\s+of\s+(.+)", text)
    if words:
        items = type_in_words(words[2])
        return TypeSpec(kind=_CONTAINER_WORDS[words[1].lower()], args=(items,)) if items else None
    tree = expression(text)
    return _annotation(tree) if tree is not None else None


def _annotation(node: ast.expr) -> TypeSpec | None:
    if isinstance(node, ast.Constant) and node.value is None:
        return TypeSpec(kind="none")
    if isinstance(node, ast.Name):
        word = node.id.lower()
        if word in _TYPE_WORDS:
            return TypeSpec(kind=_TYPE_WORDS[word])
        if word == "dict":
            return TypeSpec(kind="dict", args=(TypeSpec(kind="str"), TypeSpec(kind="int")))
        return (
            TypeSpec(kind=_CONTAINER_WORDS[word], args=(TypeSpec(kind="int"),))
            if word in _CONTAINER_WORDS
            else None
        )
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        args = tuple(spec for item in inner if (spec := _annotation(item)) is not None)
        name = node.value.id.lower()
        if name == "dict" and len(args) == 2:
            return TypeSpec(kind="dict", args=args)
        if name == "optional" and len(args) == 1:
            return TypeSpec(kind="union", args=(*args, TypeSpec(kind="none")))
        if name == "union" and len(args) == len(inner):
            return TypeSpec(kind="union", args=args)
        if name == "tuple" and len(args) == len(inner) > 1:
            return TypeSpec(kind="tuple", args=args)
        if name in _CONTAINER_WORDS and len(args) == 1:
            return TypeSpec(kind=_CONTAINER_WORDS[name], args=args)
    return None


def _calls(lines: Sequence[str], function: str) -> Iterator[Call]:
    """Calls of ``function`` in doctests, where all arguments are literals."""
    name = function.rpartition(".")[2]
    for count, source in enumerate(_doctests(lines)):
        if count == DOCTESTS:
            return
        tree = parsed(source)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Call) and _called(node) == name and (call := _literal_call(node)):
                yield call


def _doctests(lines: Sequence[str]) -> Iterator[str]:
    """The sources of doctests: each a prompt with the lines that continue it."""
    source: list[str] = []
    for line in (*lines, ""):
        text = line.lstrip()
        if source and text.startswith("..."):
            source.append(text[4:])
            continue
        if source:
            yield "\n".join(source)
        source = [text[4:]] if text.startswith(">>> ") else []


def _called(node: ast.Call) -> str | None:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def _literal_call(node: ast.Call) -> Call | None:
    try:
        args = tuple(ast.literal_eval(arg) for arg in node.args)
        kwargs = {k.arg: ast.literal_eval(k.value) for k in node.keywords if k.arg is not None}
    except (*UNREADABLE, TypeError):
        return None
    return Call(args=args, kwargs=kwargs) if len(kwargs) == len(node.keywords) else None
