"""How many inputs of a default pool do annotated functions of real libraries accept?

    python benchmarks/accepted.py [--functions 400] [--seed 0] [--methods] [--part 1/2]

The script samples annotated functions of ``RELEASES``, other libraries than those of ``annotations.py``. Each
becomes a procedure: the source of its module, with the pool that its dreams would get. The script counts the
inputs on which it returns, and lists each function with fewer than ``ENOUGH``, with the reason. A function
that accepts all inputs there are, such as one without parameters, has enough. Exit status 1 if fewer than
``LIMIT`` of the functions have enough.
"""

from __future__ import annotations

import argparse
import ast
import importlib.metadata
import importlib.util
import inspect
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from types import ModuleType

from annotations import functions, modules

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.errors import DreamsError
from pytest_athena_dreams.models import Observation, ObservationKind, Procedure
from pytest_athena_dreams.text import printable
from pytest_athena_dreams.trial.engine import Engine
from pytest_athena_dreams.trial.isolation import policy_of

RELEASES = {
    "babel": "babel==2.19.0",
    "h11": "h11==0.16.0",
    "humanize": "humanize==4.17.0",
    "idna": "idna==3.20",
    "mistune": "mistune==3.4.0",
    "natsort": "natsort==8.4.0",
    "semver": "semver==3.1.2",
    "slugify": "python-slugify==9.2.0",
    "structlog": "structlog==26.1.0",
    "tomlkit": "tomlkit==0.15.2",
    "validators": "validators==0.36.0",
    "werkzeug": "werkzeug==3.1.9",
}
"""Packages by the module to import, with the release that the figures belong to. Dates and numbers for
people, protocols, Markdown, sorting, versions, slugs, logs, TOML, checks of texts, HTTP."""
ENOUGH = 20
"""Accepted inputs, of the 100 of a default pool, that are enough."""
LIMIT = 0.98
"""Limit: the share of functions with enough accepted inputs."""


def procedures(count: int, methods: bool) -> list[Procedure]:
    """A sample of ``count`` annotated functions, each as a procedure with the source of its module."""
    found: dict[object, tuple[str, str]] = {}
    for library in RELEASES:
        for module in modules(library):
            for name, owner, function in functions(module):
                if owner is None and function.__qualname__ == function.__name__:
                    found.setdefault(function, (function.__module__, function.__name__))
                elif owner is not None and methods:
                    found.setdefault(function, (owner.__module__, name))
    chosen = [*found.values()]
    random.Random(0).shuffle(chosen)
    return [
        Procedure(id=number, name=f"{module}.{name}", code=source(sys.modules[module]), entry_point=name)
        for number, (module, name) in enumerate(chosen[:count], 1)
    ]


def source(module: ModuleType) -> str:
    """The source of a module, with its imports from its package by their whole names."""
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            relative = "." * node.level + (node.module or "")
            node.module, node.level = importlib.util.resolve_name(relative, module.__package__), 0
    return ast.unparse(tree)


def accepted(engine: Engine, procedure: Procedure) -> tuple[int, str]:
    """How many inputs of its pool a procedure accepts, and why it does not accept the others.

    ``ENOUGH`` where there are fewer and it accepts all.
    """
    try:
        reference = engine.reference(procedure)
    except DreamsError as why:
        return 0, str(why)
    reasons = Counter(map(reason, reference.expected.values()))
    if len(reference.returned) == len(reference.pool):
        return max(ENOUGH, len(reference.pool)), ""
    return len(reference.returned), "; ".join(f"{count} {what}" for what, count in reasons.most_common(3))


def reason(seen: Observation) -> str:
    if seen.kind is ObservationKind.RAISED and seen.raised is not None:
        return f"{seen.raised.type}: {seen.raised.message[:60]}"
    return seen.kind.value


def other_releases() -> Iterator[str]:
    """Packages that are installed in another release than the named one."""
    for named in RELEASES.values():
        package, _, release = named.partition("==")
        installed = importlib.metadata.version(package)
        if installed != release:
            yield f"{package} {installed} instead of {release}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--functions", type=int, default=400, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", default="1/1", metavar="K/N", help="only the K-th of N parts of the sample")
    parser.add_argument("--packages", action="store_true", help="print what to install, and do nothing")
    parser.add_argument("--methods", action="store_true", help="sample methods of classes too")
    parser.add_argument("--only", default="", metavar="TEXT", help="only functions with TEXT in their name")
    options = parser.parse_args()
    if options.packages:
        print(*RELEASES.values())
        return 0
    part, _, parts = options.part.partition("/")
    chosen = procedures(options.functions, options.methods)[int(part) - 1 :: int(parts)]
    chosen = [procedure for procedure in chosen if options.only in procedure.name]
    settings = Settings(seed=options.seed)
    enough, started = 0, time.perf_counter()
    with Engine(settings, policy_of(settings, {})) as engine:
        for procedure in chosen:
            count, why = accepted(engine, procedure)
            enough += count >= ENOUGH
            if count < ENOUGH:
                print(f"    {procedure.name}: {count}: {printable(why, limit=300)}", flush=True)
    print(*(f"other release: {other}" for other in other_releases()), sep="\n")
    taken = time.perf_counter() - started
    share = enough / max(1, len(chosen))
    print(f"{enough} of {len(chosen)} functions ({share:.1%}) accept {ENOUGH} inputs or more, {taken:.0f} s")
    return 0 if share >= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
