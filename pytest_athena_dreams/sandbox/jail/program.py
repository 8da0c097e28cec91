"""A dream's source, loaded: its module, its entry point, and how to call it.

Invariants: the code runs as the module ``dream``, which is in ``sys.modules`` as long as it runs; a
``Failure`` says at which stage loading ended, and nothing else leaves this module.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from .describe import Describer
from .mutants import mutate
from .raising import describe_exception
from .usage import RESULT, facts, free_names, is_script, usage

FILENAME = "<dream>"
DOC = 4_000
"""Characters of a docstring that are passed on."""


class Failure(Exception):
    """Loading ended early; ``raised`` is in the shape of ``models.Raised``."""

    def __init__(self, exc: BaseException, stage: str) -> None:
        super().__init__()
        self.raised = describe_exception(exc, stage, FILENAME)


class Program(NamedTuple):
    """A loaded source: ``entry`` is called, ``described`` has the shape of ``models.Loaded``."""

    entry: Callable[..., Any]
    described: dict[str, Any]
    code: CodeType


def load(
    code: str,
    entry_point: str | None,
    fallbacks: Sequence[str],
    mutant: int | None = None,
    *,
    described: str = "fully",
) -> Program:
    """Run ``code``, or a ``mutant`` of it, and find its entry point.

    ``described`` says how far the entry point is described, as in ``client.Source``.

    Raises ``Failure`` where the code does not compile, which goes for a mutant that there is not, does not
    run, or has no usable entry point.
    """
    try:
        parsed = described == "fully" or mutant is not None or RESULT in code
        tree = ast.parse(code, FILENAME) if parsed else None
        script = tree is not None and is_script(tree)
        if tree is not None and mutant is not None:
            mutate(tree, None if script else entry_point, mutant)
        program: CodeType = compile(tree or code, FILENAME, "exec", dont_inherit=True)
    except BaseException as exc:
        raise Failure(exc, "compile") from None
    module = ModuleType("dream")
    sys.modules["dream"] = module
    namespace = vars(module)
    if tree is not None and script:
        return _script(tree, program)
    try:
        exec(program, namespace)
    except BaseException as exc:
        raise Failure(exc, "load") from None
    try:
        name = _choose(namespace, entry_point, fallbacks)
        owner, entry = _resolve(namespace, name)
        loaded: dict[str, Any] = {"name": name}
        if described != "not":
            doc = getattr(entry, "__doc__", None)
            loaded["doc"] = doc[:DOC] if type(doc) is str else ""
        if tree is not None and described == "fully":
            signature = _described(Describer(namespace, owner, code), entry)
            loaded["returns"] = signature["returns"]
            loaded["signature"] = {**loaded, **signature, "usage": usage(tree, name)}
        elif described == "returns" or (described == "doc" and not _is_plain(entry)):
            loaded["returns"] = Describer(namespace, owner, code).result(entry)
    except BaseException as exc:
        raise Failure(exc, "entry") from None
    return Program(entry, loaded, program)


def _is_plain(entry: Callable[..., Any]) -> bool:
    """Whether Python is sure to know how ``entry`` is called, which is a condition of being one."""
    return type(entry) is FunctionType and not vars(entry)


def _described(describer: Describer, entry: Callable[..., Any]) -> dict[str, Any]:
    """What the entry point tells of itself; an instance of its owner is a method's first argument."""
    signature = describer.function(entry)
    if describer.owner is not None:
        signature["parameters"][0]["type"] = describer.spec(describer.owner)
    return signature | {"classes": list(describer.classes.values())}


def _script(tree: ast.Module, program: CodeType) -> Program:
    """A script as a function: the names that it reads first are its parameters."""

    def entry(**inputs: Any) -> Any:
        namespace = {"__name__": "dream", **inputs}
        exec(program, namespace)
        return namespace[RESULT]

    describer = Describer({})
    names = free_names(tree)
    types = {
        node.target.id: describer.annotation(node.target.id, ast.unparse(node.annotation), {})
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is None
    }
    parameters = [{"name": name, "kind": "keyword_only", "type": types.get(name)} for name in names]
    doc = (ast.get_docstring(tree) or "")[:DOC]
    loaded = {"name": "script", "doc": doc}
    signature = {**loaded, "parameters": parameters, "usage": facts(tree, set(names))}
    return Program(entry, {**loaded, "signature": signature}, program)


def _choose(namespace: dict[str, Any], entry_point: str | None, fallbacks: Sequence[str]) -> str:
    """The entry point's name: the one asked for, else a fallback, else the last public function."""
    for name in fallbacks if entry_point is None else [entry_point]:
        if name.partition(".")[0] in namespace:
            return name
    functions = _functions(namespace)
    if entry_point is not None:
        raise AttributeError(f"no {entry_point!r} in the code, which defines {_listed(functions)}")
    public = [name for name in functions if not name.startswith("_")]
    if not public:
        raise AttributeError(f"no public function in the code, which defines {_listed(functions)}")
    return public[-1]


def _listed(functions: Sequence[str]) -> str:
    return ", ".join(functions[:20]) or "no function"


def _functions(namespace: dict[str, Any]) -> list[str]:
    """Names of the functions that the code itself defines, in the order of its lines."""
    found: dict[str, int] = {}
    for name, value in namespace.items():
        for _ in range(100):  # through decorators that keep what they wrap
            wrapped = _attributes(value).get("__wrapped__")
            if wrapped is None:
                break
            value = wrapped
        if type(value) is FunctionType and value.__code__.co_filename == FILENAME:
            found[name] = value.__code__.co_firstlineno
    return sorted(found, key=found.__getitem__)


def _attributes(value: object) -> dict[str, Any]:
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return own if type(own) is dict else {}


def _resolve(namespace: dict[str, Any], name: str) -> tuple[type | None, Callable[..., Any]]:
    """The callable that ``name`` leads to, and the class whose instance it takes first, if any."""
    head, *rest = name.split(".")
    owner, value = None, namespace[head]
    for part in rest:
        owner, value = value, getattr(value, part)
    if not callable(value):
        raise TypeError(f"{name!r} is a {type(value).__name__}, not a function")
    if isinstance(owner, type) and type(inspect.getattr_static(owner, rest[-1])) is FunctionType:
        return owner, value
    return None, value
