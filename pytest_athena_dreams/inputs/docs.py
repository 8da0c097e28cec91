"""What a docstring tells: types of parameters, declared exceptions, example calls and limits.

The text is hostile: nothing in it is evaluated but literals, and what does not parse says nothing.
"""

from __future__ import annotations

import ast
import doctest
import re
from dataclasses import dataclass, field, replace
from typing import Any

import docstring_parser

from ..models import Canonical, ParameterKind, Signature, TypeSpec
from .arguments import Arguments

_NUMBER = re.compile(r"(?<![\w.])-?\d{1,12}(?!\w|\.\d)")
_EXAMPLES = 20
_WORDS = {
    "int": "int", "integer": "int", "ints": "int", "integers": "int", "number": "int", "str": "str",
    "string": "str", "strings": "str", "strs": "str", "float": "float", "floats": "float", "bool": "bool",
    "boolean": "bool", "bytes": "bytes", "none": "none", "any": "any", "object": "any",
}  # fmt: skip
_CONTAINERS = {
    "list": "list",
    "sequence": "list",
    "iterable": "list",
    "array": "list",
    "set": "set",
    "tuple": "tuple...",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc:
    """``types`` by parameter, ``raises`` exception names, ``examples`` calls, ``literals`` its numbers."""

    types: dict[str, TypeSpec] = field(default_factory=dict)
    raises: tuple[str, ...] = ()
    examples: tuple[Arguments, ...] = ()
    literals: tuple[Canonical, ...] = ()


def read(signature: Signature) -> Doc:
    """Read the docstring of ``signature``."""
    return replace(read_text(signature.doc), examples=_examples(signature))


def read_text(text: str) -> Doc:
    """Read a docstring; without a signature there are no examples."""
    if not text.strip():
        return Doc()
    try:
        parsed = docstring_parser.parse(text)
    except docstring_parser.ParseError:
        parsed = docstring_parser.Docstring()
    types = {p.arg_name: spec for p in parsed.params if p.type_name and (spec := type_in_words(p.type_name))}
    raises = {name for r in parsed.raises if r.type_name for name in re.findall(r"\w+", r.type_name)}
    numbers = dict.fromkeys(int(text) for text in _NUMBER.findall(text))
    return Doc(
        types=types,
        raises=tuple(sorted(raises)),
        literals=tuple(numbers)[:20],
    )


def with_types(signature: Signature, doc: Doc) -> Signature:
    """``signature`` with the docstring's types where nothing is annotated."""
    parameters = tuple(
        replace(p, type=doc.types[p.name]) if p.type is None and p.name in doc.types else p
        for p in signature.parameters
    )
    return replace(signature, parameters=parameters)


def type_in_words(text: str) -> TypeSpec | None:
    """A type as docstrings write it: an annotation, or words such as ``list of int`` and ``int or None``."""
    text = text.strip().rstrip(".").removesuffix("optional").strip(" ,")
    if len(text) > 100:
        return None
    alternatives = [part for part in re.split(r"\s+or\s+|\s*\|\s*", text) if part]
    if len(alternatives) > 1:
        found = [type_in_words(part) for part in alternatives]
        known = tuple(spec for spec in found if spec is not None)
        return TypeSpec(kind="union", args=known) if len(known) == len(found) else None
    words = re.fullmatch(r"(?i)(list|sequence|iterable|array|set|tuple)s?\s+of\s+(.+)", text)
    if words:
        items = type_in_words(words[2])
        return TypeSpec(kind=_CONTAINERS[words[1].lower()], args=(items,)) if items else None
    try:
        return _annotation(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _annotation(node: ast.AST) -> TypeSpec | None:
    if isinstance(node, ast.Constant) and node.value is None:
        return TypeSpec(kind="none")
    if isinstance(node, ast.Name):
        word = node.id.lower()
        if word in _WORDS:
            return TypeSpec(kind=_WORDS[word])
        if word == "dict":
            return TypeSpec(kind="dict", args=(TypeSpec(kind="str"), TypeSpec(kind="int")))
        return TypeSpec(kind=_CONTAINERS[word], args=(TypeSpec(kind="int"),)) if word in _CONTAINERS else None
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
        if name in _CONTAINERS and len(args) == 1:
            return TypeSpec(kind=_CONTAINERS[name], args=args)
    return None


def _examples(signature: Signature) -> tuple[Arguments, ...]:
    """Calls of the function in doctests, where all arguments are literals."""
    try:
        found = doctest.DocTestParser().get_examples(signature.doc)
    except ValueError:  # a malformed doctest
        return ()
    name = signature.name.rpartition(".")[2]
    calls: list[Arguments] = []
    for example in found[:_EXAMPLES]:
        try:
            tree = ast.parse(example.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and _called(node) == name
                and (call := _literal_call(node)) is not None
            ):
                calls.append(call)
    return tuple(calls)


def _called(node: ast.Call) -> str | None:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def _literal_call(node: ast.Call) -> Arguments | None:
    try:
        args: list[Any] = [ast.literal_eval(arg) for arg in node.args]
        kwargs = {k.arg: ast.literal_eval(k.value) for k in node.keywords if k.arg is not None}
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return Arguments(tuple(args), kwargs) if len(kwargs) == len(node.keywords) else None


def example_values(signature: Signature, examples: tuple[Arguments, ...]) -> dict[str, list[Any]]:
    """Values that parameters take in example calls, by parameter."""
    found: dict[str, list[Any]] = {}
    names = {p.name for p in signature.parameters if p.kind is not ParameterKind.VAR_POSITIONAL}
    for call in examples:
        for name, value in call.by_name(signature).items():
            if name in names:
                found.setdefault(name, []).append(value)
    return found
