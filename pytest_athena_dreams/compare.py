"""Compares Python values and calls as a verdict does; regression tests are written with it.

Equality is the judge's, on values in the jail's canonical form. ``load`` and ``call`` run the given code IN
THIS PROCESS, WITHOUT A JAIL. ``call_in_world`` runs it in the jail.
"""

from __future__ import annotations

import array
import builtins
import collections
import datetime
import decimal
import fractions
import functools
import importlib
import io
import ipaddress
import json
import logging
import math
import pathlib
import pickle
import random
import re
import subprocess
import sys
import tempfile
import types
import uuid
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import msgspec

from .errors import SandboxError
from .judge import equality
from .judge.equality import TOLERANCE, Difference
from .judge.finding import Explanation
from .judge.oracle import Oracle
from .judge.verdict import judge_load
from .models import Contract, Observation, ObservationKind, Raised
from .sandbox import wire
from .sandbox.capture import printing, unconfigured
from .sandbox.client import SandboxPair, Source
from .sandbox.jail import program
from .sandbox.jail.building import MAKERS
from .sandbox.jail.calling import Calls
from .sandbox.jail.canonical import canonical
from .sandbox.jail.encoding import encoded
from .sandbox.policy import Policy
from .sandbox.replies import to_observation
from .sandbox.runner import Runner
from .signatures import TypeSpec
from .source.literal_calls import literal_arguments
from .worlds import World, attached

__all__ = [
    "TOLERANCE",
    "Difference",
    "Result",
    "call",
    "call_in_world",
    "check",
    "difference",
    "limit",
    "load",
    "passes_alone",
]

OPEN_FILES = 128
"""Open files that ``limit`` allows, as many as the jail."""
TAIL = 2_000
"""Last bytes of a child's output that ``passes_alone`` shows."""
STARTUP = 30.0
"""Seconds that Python and pytest-athena-dreams may take to start in a child."""

_STAND_INS = {
    name: functools.partial(MAKERS[maker], "")
    for name, maker in (
        ("iter", "iterator"),
        ("generator", "generator"),
        ("function_giving", "callable"),
        ("async_iterator", "asynciterator"),
        ("awaitable", "awaitable"),
        ("context_giving", "context"),
        ("with_attributes", "assigned"),
        ("protocol", "protocol"),
        ("traceback", "traceback"),
    )
}
"""Names that the text of a call uses for values without a literal, and the functions that build them."""
_STANDARD_NAMES = {
    name: getattr(module, name)
    for module, names in (
        (array, "array"),
        (collections, "deque OrderedDict Counter defaultdict"),
        (decimal, "Decimal"),
        (fractions, "Fraction"),
        (importlib, "import_module"),
        (io, "StringIO BytesIO"),
        (ipaddress, "IPv4Address IPv6Address IPv4Network IPv6Network IPv4Interface IPv6Interface"),
        (logging, "getLogger"),
        (math, "nan inf"),
        (pathlib, "Path PurePath PosixPath PurePosixPath WindowsPath PureWindowsPath"),
        (random, "Random"),
        (re, "match"),
        (types, "MappingProxyType"),
        (uuid, "UUID"),
        (zoneinfo, "ZoneInfo"),
    )
    for name in names.split()
} | {module.__name__: module for module in (collections, datetime, re, zoneinfo)}
"""Names of the standard library that the text of a call uses."""


def difference(
    expected: object, got: object, *, tolerance: float = TOLERANCE, signed_zero: bool = False
) -> Difference | None:
    """Where two values first differ; ``None`` if they are equal as in a verdict.

    ``tolerance`` is relative and applies to floats; with ``signed_zero``, 0.0 and -0.0 differ. Iterators are
    used up.
    """
    first, second = (json.loads(encoded(canonical(value, consume=True))) for value in (expected, got))
    return equality.difference(first, second, tolerance=tolerance, signed_zero=signed_zero)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The outcome of a call: its observation, and the exception if it raised one.

    ``returns`` is the function's annotated return type.
    """

    observation: Observation
    returns: TypeSpec | None = None
    exception: BaseException | None = None


def load(
    code: str, *, entry_point: str | None = None, fallbacks: Sequence[str] = (), title: str = ""
) -> None:
    """Run ``code`` as a module and choose its entry point; raise ``AssertionError`` if that fails."""
    loaded = _loaded(code, entry_point, fallbacks, title)
    if isinstance(loaded, Result):
        _fail(judge_load(loaded.observation).groups[0].finding.explanation, loaded)


def call(
    code: str,
    arguments: str,
    *,
    entry_point: str | None = None,
    fallbacks: Sequence[str] = (),
    title: str = "",
) -> Result:
    """Load ``code`` and call its entry point, which is chosen as for a dream.

    ``arguments`` is Python source in parentheses. It may name the code's own classes, standard types as
    ``repr`` writes them, and functions for values without a literal: ``generator([1])``,
    ``function_giving([1, 2])``.
    """
    with unconfigured():
        loaded = _loaded(code, entry_point, fallbacks, title)
        return loaded if isinstance(loaded, Result) else _called(loaded, arguments)


def call_in_world(
    code: str,
    arguments: str,
    world: World,
    *,
    timeout: float = 1.0,
    entry_point: str | None = None,
    fallbacks: Sequence[str] = (),
    title: str = "",
) -> Result:
    """Call the entry point of ``code`` in the jail, surrounded by ``world``.

    ``arguments`` are literals in parentheses, ``timeout`` is in seconds. The result holds what the call did
    to the files, and the commands and requests that it asked for: none of them reach the machine. Raises
    ``SandboxError`` where the jail can't give worlds, and ``ValueError`` for arguments that are no literals.
    """
    given = literal_arguments(arguments)
    if given is None:
        raise ValueError(f"invalid arguments {arguments[:80]!r}: expected literals in parentheses")
    source = Source(
        code=code,
        entry_point=entry_point,
        fallbacks=tuple(fallbacks),
        title=title,
        described="returns",
        audited=True,
        acts=True,
    )
    with SandboxPair(Policy()) as jail:
        if not jail.acts():
            raise SandboxError("this machine has no worlds, which need Landlock: see 'athena-dreams doctor'")
        with Runner(jail, source) as runner:
            seen = runner.failure or runner.run([attached(pickle.dumps(given, 5), world)], timeout=timeout)[0]
            returns = runner.loaded.returns if runner.loaded is not None else None
    return Result(observation=seen, returns=returns)


def _called(loaded: program.Program, arguments: str) -> Result:
    raised: list[BaseException] = []

    def entry(*args: Any, **kwargs: Any) -> Any:
        try:
            return loaded.entry(*args, **kwargs)
        except BaseException as exc:
            raised.append(exc)
            raise

    scope = _Scope(vars(sys.modules["dream"]))
    random.seed(0)  # as in the jail
    calls = Calls(loaded._replace(entry=entry))
    with printing() as calls.printed:
        text = calls.answer(lambda: eval(f"given{arguments}", {}, scope))
    reply = wire.decode(f'{{"nonce":"","id":1,{text[1:]}'.encode(), nonce="", number=1)
    assert isinstance(reply, wire.Returned | wire.Threw)
    return Result(
        observation=to_observation(reply),
        returns=msgspec.convert(loaded.described.get("returns"), TypeSpec | None),
        exception=raised[0] if raised else None,
    )


def check(
    expected: Result | None,
    got: Result,
    *,
    contract: str = Contract.EQUIVALENT,
    tolerance: float = TOLERANCE,
    signed_zero: bool = False,
    exceptions: Literal["type", "message"] = "type",
    printed: Sequence[Literal["stdout", "stderr"]] = (),
) -> None:
    """Raise ``AssertionError`` if ``got`` breaks ``contract``, or ``expected`` is outside its domain.

    ``printed`` names the streams to compare.

    Without ``expected``, as under the contract ``free``, ``got`` is compared with its own annotation.
    """
    __tracebackhide__ = True
    oracle = Oracle(
        contract=Contract(contract),
        returns=got.returns,
        tolerance=tolerance,
        signed_zero=signed_zero,
        messages=exceptions == "message",
        streams=tuple(printed),
    )
    if expected is not None and not oracle.accepts(expected.observation):
        seen = expected.observation.raised
        what = f"{seen.type}: {seen.message}" if seen else expected.observation.kind
        _fail(Explanation(f"the procedure does not accept this call: {what}"), expected)
    finding = oracle.check(expected.observation if expected else None, got.observation)
    if finding is not None:
        _fail(finding.explanation, got)


def limit(*, memory: int, output: int) -> None:
    """Limit this process as the jail limits a dream: bytes of address space, and bytes of output."""
    import resource
    import signal

    for what, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        resource.setrlimit(what, (value, value))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def passes_alone(path: str, seconds: float) -> None:
    """Run a file in a new process; raise ``AssertionError`` unless it exits with status 0 in time."""
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen([sys.executable, path], stdout=output, stderr=output)
        try:
            status: object = child.wait(STARTUP + seconds)
        except subprocess.TimeoutExpired:
            status = "timeout"
        finally:
            child.kill()
        output.seek(0)
        assert status == 0, f"exit status {status}: {output.read()[-TAIL:].decode(errors='backslashreplace')}"


class _Scope(dict[str, Any]):
    """The names that a call may use: the code's own classes, standard names, and what the code imports."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        own = {k: v for k, v in namespace.items() if isinstance(v, type) and v.__module__ == "dream"}
        super().__init__({**namespace, **_STAND_INS, **_STANDARD_NAMES, **own, "given": _given})
        modules = [value for value in namespace.values() if isinstance(value, types.ModuleType)]
        self._places = [builtins, *own.values(), *modules]

    def __missing__(self, name: str) -> Any:
        if name == "numpy":
            return importlib.import_module(name)
        for place in self._places:
            if hasattr(place, name):
                return getattr(place, name)
        raise NameError(f"name {name!r} is not defined")


def _given(*args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return args, kwargs


def _loaded(
    code: str, entry_point: str | None, fallbacks: Sequence[str], title: str
) -> program.Program | Result:
    try:
        return program.load(code, entry_point, fallbacks, title, described="returns")
    except program.Failure as failure:
        raised = msgspec.convert(failure.raised, Raised)
        seen = Observation(kind=ObservationKind.RAISED, raised=raised)
        return Result(observation=seen, exception=failure.__context__)


def _fail(explanation: Explanation, result: Result) -> NoReturn:
    __tracebackhide__ = True
    lines = [explanation.summary]
    lines += [f"  expected  {explanation.expected}"] if explanation.expected else []
    lines += [f"  got       {explanation.got}"] if explanation.got else []
    raise AssertionError("\n".join(lines)) from result.exception
