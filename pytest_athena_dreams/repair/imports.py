"""Repairs that add a missing import or remove an unneeded one."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import libcst as cst

from ..rewriting.functions import with_import
from .task import Proposal, Task

_UNDEFINED_NAME = re.compile(r"name '(\w+)' is not defined")

_MODULE = re.compile(r"No module named '([\w.]+)'")

_HOMES = {
    "collections": ("Counter", "OrderedDict", "defaultdict", "deque", "namedtuple"),
    "collections.abc": ("Callable", "Iterable", "Iterator", "Mapping", "Sequence"),
    "dataclasses": ("dataclass", "field"),
    "datetime": ("date", "timedelta"),
    "decimal": ("Decimal",),
    "enum": ("Enum",),
    "fractions": ("Fraction",),
    "functools": ("cache", "cmp_to_key", "lru_cache", "partial", "reduce"),
    "heapq": ("heapify", "heappop", "heappush", "nlargest", "nsmallest"),
    "itertools": (
        *("accumulate", "chain", "combinations", "count", "groupby", "islice", "permutations"),
        *("product", "takewhile", "zip_longest"),
    ),
    "math": ("ceil", "floor", "gcd", "inf", "isqrt", "log", "pi", "sqrt"),
    "operator": ("itemgetter",),
    "typing": ("Any", "Dict", "List", "Optional", "Set", "Tuple", "Union"),
}


def missing_import(task: Task) -> Iterator[Proposal]:
    """Import an undefined name from the standard library."""
    found = _UNDEFINED_NAME.search(task.summary)
    if found is None:
        return
    name = found[1]
    if name in sys.stdlib_module_names:
        yield _missing(task, name, None)
    for module, names in _HOMES.items():
        if name in names:
            yield _missing(task, module, name)


def _missing(task: Task, module: str, name: str | None) -> Proposal:
    what = f"from {module} import {name}" if name else f"import {module}"
    code = with_import(task.code, module, name)
    return Proposal(kind="import", why=f"the missing `{what}` is added", code=code)


def useless_import(task: Task) -> Iterator[Proposal]:
    """Remove the import of a module that is not installed."""
    found = _MODULE.search(task.summary)
    if found is None:
        return
    top = found[1].partition(".")[0]

    class Drop(cst.CSTTransformer):
        def leave_SimpleStatementLine(
            self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
        ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
            line = cst.Module([original_node]).code.strip()
            if re.match(rf"(?:import|from)\s+{re.escape(top)}\b", line) and "," not in line:
                return cst.RemovalSentinel.REMOVE
            return updated_node

    code = cst.parse_module(task.code).visit(Drop()).code
    yield Proposal(
        kind="unused import",
        why=f"the import of {top}, which is not installed and not needed, is removed",
        code=code,
    )
