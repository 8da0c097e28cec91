"""What the results of code may depend on besides its arguments, by its text.

A test can't show that: it runs within minutes, with few random numbers, and with as many calls as it makes.
Code that fits the test alone may be right until next year, or 499 times of 500.

Invariants: nothing here runs code. What is found is there in the text; code that hides it is not found out.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping

from .syntax import syntax

ON_RANDOM, ON_CLOCK, ON_MACHINE, ON_ADDRESS, ON_MEMORY, ON_TEXTS = (
    "random numbers",
    "the clock",
    "the machine and its process",
    "hashes or addresses",
    "earlier calls",
    "code made from text",
)
_OF_THE_MACHINE = """
_thread asyncio atexit concurrent contextvars ctypes faulthandler gc getpass inspect linecache locale mmap
multiprocessing os platform psutil pwd resource select selectors shutil signal site socket subprocess sys
sysconfig tempfile threading traceback tracemalloc weakref
"""
_CHANGING_METHODS = """
add append appendleft clear difference_update discard extend extendleft insert intersection_update pop popitem
popleft remove reverse rotate send setdefault sort symmetric_difference_update update
"""
_WORD_BY_MODULE = {
    **dict.fromkeys(("random", "secrets", "uuid"), ON_RANDOM),
    **dict.fromkeys(("time", "timeit", "sched", "calendar"), ON_CLOCK),
    **dict.fromkeys(_OF_THE_MACHINE.split(), ON_MACHINE),
    **dict.fromkeys(("builtins", "importlib", "runpy", "code", "types"), ON_TEXTS),
}
"""What a use of a module means."""
_STEADY_NAMES = {
    "os": frozenset({"path", "sep", "altsep", "pardir", "curdir", "extsep", "linesep", "fspath", "PathLike"}),
    "sys": frozenset(
        {"maxsize", "maxunicode", "float_info", "int_info", "hash_info", "version_info", "intern", "exc_info"}
    ),
    "types": frozenset({"MappingProxyType", "SimpleNamespace", "NoneType", "GeneratorType", "FunctionType"}),
    "calendar": frozenset({"isleap", "leapdays", "monthrange", "weekday", "month_name", "day_name"}),
    "uuid": frozenset({"UUID", "uuid3", "uuid5"}),
    "asyncio": frozenset({"gather", "run"}),
    "time": frozenset({"struct_time", "strptime", "mktime"}),
    "inspect": frozenset({"isfunction", "ismethod", "isclass"}),
}
"""Names of such modules that depend on their arguments alone, or on the version of Python."""
_WORD_BY_NAME = {
    **dict.fromkeys(("id", "hash"), ON_ADDRESS),
    **dict.fromkeys(("eval", "exec", "compile", "__import__"), ON_TEXTS),
    **dict.fromkeys(("globals", "locals", "vars"), ON_MEMORY),
    "input": ON_MACHINE,
}
_CLOCK_METHODS = frozenset({"now", "today", "utcnow"})
"""Methods that read the clock, of ``datetime`` and libraries like it."""
_CHANGING_CALLS = frozenset(_CHANGING_METHODS.split())
"""Methods that change what they are called on."""
_CACHE_READS = frozenset({"get"})
MOST_CACHES = 8
"""Maximum names that code uses as caches."""
_CALLABLE_NODES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def ambience(code: str) -> frozenset[str]:
    """In words, what the results of ``code`` may depend on besides its arguments.

    A dict that is only asked whether it has a key, and for its value, is a cache and counts for nothing; one
    of ``functools`` neither. Empty if the code can't be parsed.
    """
    found = syntax(code)
    if found is None:
        return frozenset()
    own = _names(found.nodes)
    words = {word for node in found.nodes for word in _outside(node, own)}
    words.update(_of_modules(found.nodes, _modules(found.nodes)))
    if _remembers(found.tree):
        words.add(ON_MEMORY)
    return frozenset(words)


def _outside(node: ast.AST, own: Collection[str]) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if name in _WORD_BY_NAME and name not in own:
            yield _WORD_BY_NAME[name]
        case ast.Call(func=ast.Attribute(attr=name)) if name in _CLOCK_METHODS:
            yield ON_CLOCK
        case ast.ImportFrom(module=str(module), names=names, level=0):
            root = module.partition(".")[0]
            steady = _STEADY_NAMES.get(root, frozenset())
            path = module == "os.path"
            if root in _WORD_BY_MODULE and not path and not all(alias.name in steady for alias in names):
                yield _WORD_BY_MODULE[root]


def _modules(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """The names that are bound to unsteady modules."""
    aliases = (alias for node in nodes if isinstance(node, ast.Import) for alias in node.names)
    return {
        alias.asname or alias.name.partition(".")[0]: alias.name.partition(".")[0]
        for alias in aliases
        if alias.name.partition(".")[0] in _WORD_BY_MODULE
    }


def _of_modules(nodes: Iterable[ast.AST], modules: Mapping[str, str]) -> Iterator[str]:
    """What uses of modules mean; ``module.name`` with a steady name means nothing."""
    steady = {
        id(node.value)
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in _STEADY_NAMES.get(modules.get(node.value.id, ""), ())
    }
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in modules and id(node) not in steady:
            yield _WORD_BY_MODULE[modules[node.id]]


def _remembers(tree: ast.Module) -> bool:
    """Whether a call may leave something behind that a later one sees."""
    caches: set[str] = set()
    for function, names in _functions(tree):
        own = names - _shared_defaults(function)
        nodes = list(ast.walk(function))
        if any(isinstance(node, ast.Global) for node in nodes):
            return True
        if any((root := _changed(node)) and root not in own for node in nodes):
            return True
        caches.update(root for node in nodes if (root := _cached(node)) and root not in own)
        if len(caches) > MOST_CACHES:
            return True
    return not all(_only_asked(tree, name) for name in caches)


def _functions(tree: ast.Module) -> Iterator[tuple[ast.AST, frozenset[str]]]:
    """Each function, with the names that are bound within it, or within those around it."""
    left: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while left:
        node, names = left.pop()
        if isinstance(node, _CALLABLE_NODES):
            names |= _names(inner for inner in ast.walk(node) if inner is not node)
            yield node, names
        left += [(child, names) for child in ast.iter_child_nodes(node)]


def _names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names that are bound by some nodes."""
    found: set[str] = set()
    for node in nodes:
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.ExceptHandler(name=str(name)):
                found.add(name)
    return frozenset(found)


def _shared_defaults(function: ast.AST) -> set[str]:
    """Parameters whose default can be changed, and is the same one in each call."""
    assert isinstance(function, _CALLABLE_NODES)
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return {
        parameter.arg
        for parameter, default in pairs
        if isinstance(default, ast.List | ast.Dict | ast.Set | ast.Call | ast.ListComp | ast.DictComp)
    }


def _root(node: ast.AST) -> str:
    """The name that an expression such as ``name.a[0]`` begins with, or an empty text."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _cached(node: ast.AST) -> str:
    """The name in ``name[key] = value``, unless the key is a constant."""
    match node:
        case ast.Assign(targets=targets):
            for target in targets:
                if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                    return "" if isinstance(target.slice, ast.Constant) else target.value.id
    return ""


def _changed(node: ast.AST) -> str:
    """The name at the root of what a node changes in another way."""
    match node:
        case ast.Assign(targets=targets):
            for target in targets:
                if isinstance(target, ast.Attribute | ast.Subscript) and not _cached(node):
                    return _root(target)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return _root(target) if isinstance(target, ast.Attribute | ast.Subscript) else ""
        case ast.Delete(targets=[target, *_]):
            return _root(target)
        case ast.Call(func=ast.Attribute(attr="remove", value=ast.Name(id="os"))):
            return ""
        case ast.Call(func=ast.Attribute(attr=name, value=value)) if name in _CHANGING_CALLS:
            return _root(value)
        case ast.Call(func=ast.Name(id="next"), args=[value, *_]):
            return _root(value)
    return ""


def _only_asked(tree: ast.Module, name: str) -> bool:
    """Whether a cache is only asked for keys: not how long it is, and not what is in it."""
    fine: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Name() as asked]):
                fine.add(id(asked))
            case ast.Subscript(value=ast.Name() as asked):
                fine.add(id(asked))
            case ast.Call(func=ast.Attribute(value=ast.Name() as asked, attr=method)) if (
                method in _CACHE_READS
            ):
                fine.add(id(asked))
    return all(
        id(node) in fine
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    )
