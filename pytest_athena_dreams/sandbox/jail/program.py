"""Loads a dream's source: its module, its entry point, and how to call it.

Invariants: the code runs as the module ``dream``, which is in ``sys.modules`` from then on; the only
exception that leaves this module is ``Failure``, which says at which stage loading ended.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from .describe import Describer
from .entry import callable_by_name, choose
from .mutants import mutate
from .raising import describe_exception
from .sequences import described as sequence
from .sequences import in_sequence, methods
from .usage import RESULTS, SCRIPT, does_something, facts, free_names, is_script, usage

FILENAME = "<dream>"
DOC = 4_000
"""Characters of a docstring to pass on."""
RECURSION_LIMIT = sys.getrecursionlimit()
"""The recursion limit while the jail's own code runs, Python's default."""

_recursion_limit, _set_recursion_limit = sys.getrecursionlimit, sys.setrecursionlimit


class Failure(Exception):
    """Loading failed; ``raised`` is in the shape of ``models.Raised``."""

    def __init__(self, exc: BaseException, stage: str) -> None:
        super().__init__()
        self.raised = describe_exception(exc, stage, FILENAME)


class Program(NamedTuple):
    """A loaded source: ``entry`` is the function to call, ``described`` has the shape of
    ``signatures.Loaded``.

    ``recursion`` is the recursion limit that its module set while loading.
    """

    entry: Callable[..., Any]
    described: dict[str, Any]
    code: CodeType
    recursion: int = RECURSION_LIMIT


def load(
    code: str,
    entry_point: str | None,
    fallbacks: Sequence[str] = (),
    title: str = "",
    mutant: int | None = None,
    mutant_output: bool = False,
    *,
    described: str = "fully",
    share: float = 1.0,
) -> Program:
    """Run ``code``, or a ``mutant`` of it, and choose its entry point; ``load.Source`` explains each
    parameter.

    Raises ``Failure`` if the code does not compile or run, if it has no usable entry point, or if there is no
    mutant with this number.
    """
    try:
        wanted = fallbacks if entry_point is None else [entry_point]
        whole = set(wanted) <= {SCRIPT} and (SCRIPT in wanted or not _defines(code))
        parsed = described == "fully" or mutant is not None or whole
        tree = ast.parse(code, FILENAME) if parsed else None
        script = tree is not None and whole and (does_something if SCRIPT in wanted else is_script)(tree)
        if tree is not None and mutant is not None:
            mutate(tree, None if script else entry_point, mutant, output=mutant_output)
        program: CodeType = compile(tree or code, FILENAME, "exec", dont_inherit=True)
    except BaseException as exc:
        raise Failure(exc, "compile") from None
    module = ModuleType("dream")
    sys.modules["dream"] = module
    namespace = vars(module)
    if tree is not None and script:
        return _script(tree, program)
    try:
        _set_recursion_limit(int(RECURSION_LIMIT * share))
        exec(program, namespace)
    except BaseException as exc:
        _set_recursion_limit(RECURSION_LIMIT)
        raise Failure(exc, "load") from None
    recursion = _recursion_limit()
    _set_recursion_limit(RECURSION_LIMIT)
    try:
        chosen = choose(namespace, FILENAME, entry_point, fallbacks, title)
        loaded: dict[str, Any] = {"name": chosen.name, "guessed": chosen.guessed}
        call = chosen.call
        if isinstance(call, type) and methods(call):
            call = in_sequence(call)
        if described != "not":
            loaded["doc"] = _doc(chosen.call)
        if tree is not None and described == "fully":
            describer = Describer(namespace, chosen.owner, code)
            signature = _described(describer, chosen.call)
            loaded["returns"] = signature["returns"]
            signature |= {"name": chosen.name, "doc": loaded["doc"], "usage": usage(tree, chosen.name)}
            loaded["signature"] = signature
        elif described == "returns":
            loaded["returns"] = Describer(namespace, chosen.owner, code).result(chosen.call)
    except BaseException as exc:
        raise Failure(exc, "entry") from None
    return Program(callable_by_name(call), loaded, program, recursion)


def _doc(entry: Callable[..., Any]) -> str:
    """Its own docstring, not the one that an object such as a ``functools.partial`` has from its class."""
    doc = getattr(entry, "__doc__", None)
    return doc[:DOC] if type(doc) is str and doc != type(entry).__doc__ else ""


def _described(describer: Describer, entry: Callable[..., Any]) -> dict[str, Any]:
    """The description of the entry point; the first parameter of a method takes an instance of its owner."""
    signature = describer.function(entry)
    if isinstance(entry, type) and (calls := sequence(describer, entry, describer.source)) is not None:
        signature["parameters"].append(calls)
        signature["returns"] = None
    if describer.owner is not None:
        signature["parameters"][0]["type"] = describer.spec(describer.owner)
    return signature | {"classes": list(describer.classes.values())}


def _defines(code: str) -> bool:
    """Whether the code may define a function or a class, by its text."""
    return "def " in code or "class " in code


def _script(tree: ast.Module, program: CodeType) -> Program:
    """A script as a function: the names that it reads before it sets them are its parameters."""

    def entry(**inputs: Any) -> Any:
        namespace = {"__name__": "__main__", **inputs}
        exec(program, namespace)
        return next((namespace[name] for name in RESULTS if name in namespace), None)

    describer = Describer({})
    names = free_names(tree)
    types = {
        node.target.id: describer.annotation(node.target.id, ast.unparse(node.annotation), {})
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is None
    }
    parameters = [{"name": name, "kind": "keyword_only", "type": types.get(name)} for name in names]
    doc = (ast.get_docstring(tree) or "")[:DOC]
    loaded = {"name": SCRIPT, "doc": doc}
    signature = {**loaded, "parameters": parameters, "usage": facts(tree, set(names))}
    return Program(entry, {**loaded, "signature": signature}, program)
