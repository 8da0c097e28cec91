"""Decides whether two sources certainly behave alike: at most formatting, comments and local names differ.

That holds only for code that can't observe these differences. It could observe them through code objects,
frames, tracebacks, the text of a caught exception, and modules that read source. So all names, attributes,
modules and kinds of syntax that such code may use are listed here; code with anything else is alike only to
identical code.

Invariants: pure; in doubt, two sources are not alike.
"""

from __future__ import annotations

import ast
import builtins
import cmath
import itertools
from functools import lru_cache

from . import purity
from .normalise import digest
from .syntax import TREES, syntax

_BUILTINS = frozenset(dir(builtins))
_BLIND_EXCEPTIONS = frozenset(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
)
_BLIND_FUNCTIONS = "ascii bytearray callable frozenset hash iter next object print repr set slice"
ALLOWED = purity.PURE_FUNCTIONS.union(_BLIND_EXCEPTIONS, _BLIND_FUNCTIONS.split())
"""Builtins that reveal nothing about their caller; so does ``type`` with one argument."""
_OF_SETS = """
add difference difference_update discard intersection intersection_update isdisjoint issubset issuperset
symmetric_difference symmetric_difference_update union
"""
_OF_NUMBERS = "as_integer_ratio bit_count bit_length conjugate denominator imag numerator real"
_OF_COLLECTIONS = "appendleft elements extendleft most_common move_to_end popleft rotate subtract"
ATTRIBUTES = purity.METHODS.union(
    _OF_SETS.split(), _OF_NUMBERS.split(), _OF_COLLECTIONS.split(), ("decode", "encode")
)
"""Attributes of builtin types. ``format`` is missing: it reads any attribute that its text names."""
BLIND_MODULES = purity.PURE_MODULES | {
    name: frozenset(words.split())
    for name, words in {
        "bisect": "bisect bisect_left bisect_right insort insort_left insort_right",
        "cmath": " ".join(purity.public(cmath)),
        "collections": "Counter OrderedDict defaultdict deque",
        "functools": "cache cmp_to_key lru_cache partial reduce",
        "heapq": "heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest",
        "itertools": " ".join(purity.public(itertools)),
        "operator": "add and_ eq ge gt index itemgetter le lt mod mul ne neg not_ or_ pow sub truediv xor",
        "string": "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation whitespace",
    }.items()
}
"""Names that code may use, by module. They give no access to other modules."""
_BLIND_NODES = purity.kinds(
    *purity.SYNTAX, ast.Module, ast.Compare, ast.Delete, ast.GeneratorExp, ast.Global, ast.Lambda,
    ast.Nonlocal, ast.Set, ast.SetComp, ast.Yield, ast.YieldFrom,
)  # fmt: skip
"""Syntax that reveals nothing unless its parts do; without classes, ``with``, ``match`` and coroutines."""


@lru_cache(maxsize=TREES)
def behaviour_key(code: str) -> str:
    """A digest that is the same for sources that behave alike."""
    return digest(code, exact=not sees_nothing(code))


@lru_cache(maxsize=TREES)
def sees_nothing(code: str) -> bool:
    """Whether ``code`` certainly can't observe its own formatting, lines and names of locals."""
    found = syntax(code)
    if found is None:
        return False
    called: set[ast.AST] = set()
    """Functions of calls with one argument."""
    for node in found.nodes:  # a call comes before what it calls
        if isinstance(node, ast.Call):
            if len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred):
                called.add(node.func)
        elif type(node) not in _BLIND_NODES and not _allowed(node, node in called):
            return False
    return True


def lines_of(code: str, twin: str) -> dict[int, int] | None:
    """The line in ``twin``, which behaves alike, for each line of ``code``.

    ``None`` if one line of either corresponds to several lines of the other.
    """
    one, other = syntax(code), syntax(twin)
    if one is None or other is None:
        return None
    pairs = set[tuple[int, int]]()
    for mine, theirs in zip(one.nodes, other.nodes, strict=True):
        if hasattr(mine, "lineno"):
            pairs.add((mine.lineno, theirs.lineno))  # type: ignore[attr-defined]
        if isinstance(mine, ast.Attribute) and isinstance(theirs, ast.Attribute):
            # The call of a method is on the line on which the method's name ends.
            pairs.add((mine.end_lineno or 0, theirs.end_lineno or 0))
    lines = dict(pairs)
    return lines if len(pairs) == len(lines) == len(set(lines.values())) else None


def _allowed(node: ast.AST, has_one_argument: bool) -> bool:
    match node:
        case ast.Name(id="type"):
            return has_one_argument
        case ast.Name(id=name):
            return name in ALLOWED or (name not in _BUILTINS and _plain(name))
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if name in BLIND_MODULES.get(owner, ()):
            return True
        case ast.Attribute(attr=name):
            return name in ATTRIBUTES
        case ast.FunctionDef(name=name) | ast.arg(arg=name):
            return _plain(name)
        case ast.Import(names=names):
            return all(alias.name in BLIND_MODULES and alias.asname is None for alias in names)
        case ast.ImportFrom(module=module, names=names, level=0):
            return all(alias.name in BLIND_MODULES.get(str(module), ()) for alias in names)
        case ast.alias(asname=name):
            return _plain(name or "")
        case ast.ExceptHandler(name=name):
            return name is None
    return False


def _plain(name: str) -> bool:
    return not name.startswith("__")
