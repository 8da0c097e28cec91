"""The share of annotated functions in real libraries for which inputs can be drawn.

The script describes every public function, and every method of a public class, whose parameters are all
annotated. It draws three calls for each; a method gets an instance of its class first. Then it builds the
calls in the jail, where a class may still refuse its arguments, and prints that share too. Functions without
inputs are listed with the reason.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import itertools
import pkgutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FunctionType, ModuleType

import msgspec
from hypothesis.errors import Unsatisfiable

from pytest_athena_dreams.inputs.arguments import Arguments
from pytest_athena_dreams.inputs.pool import PoolSpec, draw_pool
from pytest_athena_dreams.inputs.strategies import UnmetAnnotation
from pytest_athena_dreams.models import ObservationKind
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.jail.describe import Describer
from pytest_athena_dreams.sandbox.policy import Limits, Policy
from pytest_athena_dreams.sandbox.runner import Runner
from pytest_athena_dreams.signatures import Signature

LIBRARIES = ("packaging", "httpx", "rich", "jinja2", "click", "cattrs", "markdown_it")
"""Pure Python with inline annotations: parsers of values, I/O, rendering, a compiler, decorators, a library
about types, a parser with protocols."""
CALLS = 3
LIMIT = 0.98
"""Limit: the share of all functions for which inputs can be drawn."""
_TAKES_ANYTHING = "def entry(*args, **kwargs):\n    return None\n"


@dataclass
class Tally:
    """``missing`` says why a function has no inputs; ``refused`` counts why calls can't be built."""

    functions: int = 0
    calls: int = 0
    missing: dict[str, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)


def modules(library: str) -> Iterator[ModuleType]:
    """The public modules of a library. Prints those that need a package which is not installed."""
    package = importlib.import_module(library)
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{library}."):
        if any(part.startswith("_") for part in found.name.split(".")):
            continue
        try:
            yield importlib.import_module(found.name)
        except ImportError as exc:
            print(f"  {found.name} can't be imported: {exc}")


def functions(module: ModuleType) -> Iterator[tuple[str, type | None, FunctionType]]:
    """The fully annotated functions of one module: name, class of a method, function."""
    library = module.__name__.partition(".")[0]
    for name, value in list(vars(module).items()):  # some modules create attributes on access
        if name.startswith("_") or str(getattr(value, "__module__", "")).partition(".")[0] != library:
            continue
        if isinstance(value, FunctionType) and annotated(value, 0):
            yield name, None, value
        elif isinstance(value, type):
            for attribute, member in vars(value).items():
                if not attribute.startswith("_") and type(member) is FunctionType and annotated(member, 1):
                    yield f"{name}.{attribute}", value, member


def annotated(function: FunctionType, skip: int) -> bool:
    """Whether all parameters after the first ``skip`` have annotations. False without a signature."""
    try:
        parameters = [*inspect.signature(function).parameters.values()][skip:]
    except ValueError:  # a wrapper of a C function
        return False
    return all(p.annotation is not p.empty for p in parameters)


def described(module: ModuleType, owner: type | None, function: FunctionType) -> Signature:
    """The function's signature, as the jail describes it."""
    describer = Describer(vars(module), owner, inspect.getsource(module))
    signature = describer.function(function)
    if owner is not None:
        signature["parameters"][0]["type"] = describer.spec(owner)
    signature |= {"name": function.__qualname__, "classes": list(describer.classes.values())}
    return msgspec.convert(signature, Signature)


def drawn(signature: Signature) -> list[Arguments]:
    """Three calls. Raises ``UnmetAnnotation`` or ``Unsatisfiable``."""
    pool = draw_pool(PoolSpec(signature=signature, literals=(), size=CALLS, seed=0))
    return list(pool.inputs.values())


def tally(library: str, sandbox: Sandbox | None) -> Tally:
    result = Tally()
    payloads: list[bytes] = []
    seen_already: set[FunctionType] = set()
    for module in modules(library):
        for name, owner, function in functions(module):
            if function in seen_already:
                continue
            seen_already.add(function)
            result.functions += 1
            try:
                calls = drawn(described(module, owner, function))
            except (UnmetAnnotation, Unsatisfiable) as exc:
                result.missing[f"{module.__name__}.{name}"] = str(exc)
            else:
                payloads += [call.payload() for call in calls]
    if sandbox is not None:
        source = Source(code=f"import {library}\n{_TAKES_ANYTHING}", entry_point="entry")
        with Runner(sandbox, source) as runner:
            seen = runner.run(payloads, timeout=5.0, patience=len(payloads))
        result.calls = len(seen)
        for observation in seen:
            if observation.kind is not ObservationKind.RETURNED:
                raised = observation.raised
                result.refused[f"{raised.type}: {raised.message}" if raised else observation.detail] += 1
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("libraries", nargs="*", default=LIBRARIES)
    parser.add_argument("--no-jail", action="store_true", help="draw calls, but don't build them")
    parser.add_argument("--refused", type=int, default=0, metavar="N", help="list N reasons for refusals")
    options = parser.parse_args()
    tallies: dict[str, Tally] = {}
    with Sandbox(Policy(limits=Limits(memory=1 << 30))) as sandbox:
        for library in options.libraries:
            tallies[library] = tally(library, None if options.no_jail else sandbox)
    for library, result in tallies.items():
        print(line(library, result))
        for name, reason in result.missing.items():
            print(f"    {name}: {reason[:200]}")
        for reason, count in result.refused.most_common(options.refused):
            print(f"    {count} calls can't be built: {reason[:200]}")
    whole = Tally(
        sum(t.functions for t in tallies.values()),
        sum(t.calls for t in tallies.values()),
        dict(itertools.chain.from_iterable(t.missing.items() for t in tallies.values())),
        sum((t.refused for t in tallies.values()), Counter()),
    )
    print(line("all", whole))
    return 0 if share(whole) >= LIMIT else 1


def share(result: Tally) -> float:
    return 1 - len(result.missing) / max(1, result.functions)


def line(name: str, result: Tally) -> str:
    built = 1 - result.refused.total() / max(1, result.calls)
    shown = f"; {built:6.1%} of {result.calls} calls can be built" if result.calls else ""
    return f"{name:10} {share(result):6.1%} of {result.functions} annotated functions can be drawn for{shown}"


if __name__ == "__main__":
    sys.exit(main())
