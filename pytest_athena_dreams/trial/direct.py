"""Single calls of a source, and inputs for it, without a verdict.

Invariants: code runs in the jail alone; the inputs are those that a verdict without a procedure rests on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import PlanError
from ..inputs.arguments import Arguments
from ..inputs.edges import edge_arguments
from ..inputs.pool import derive_seed, draw_pool
from ..inputs.strategies import UnmetAnnotation
from ..judge.annotations import fits
from ..judge.categories import category_of
from ..judge.equality import type_of
from ..judge.finding import observed_words
from ..judge.output import STREAMS, text_of
from ..models import Canonical, Category, Observation, ObservationKind
from ..sandbox.client import Source
from ..sandbox.runner import Runner
from ..signatures import Loaded, ParameterKind, Signature, TypeSpec
from ..source.purity import is_pure
from ..source.syntax import expression
from .exploration import Explorer
from .lab import Lab

_ANNOTATION = "from typing import *\nfrom collections.abc import *\ndef expected() -> {}: ...\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to make: ``arguments`` by parameter's name, and the type to return as an annotation.

    What ``*args`` takes is a sequence under its name, and what ``**kwargs`` takes is a mapping.
    """

    code: str
    arguments: Mapping[str, Any]
    entry_point: str | None = None
    returns: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What a call did. ``category`` is ``None`` where it returned a value of the type that was expected.

    ``value`` is canonical. ``elapsed`` is seconds, ``peak_memory`` bytes above the loaded jail.
    """

    category: Category | None
    error: str = ""
    value: Canonical = None
    line: int | None = None
    exception: str | None = None
    printed: tuple[Canonical, Canonical] = ("", "")
    elapsed: float = 0.0
    peak_memory: int = 0


class Direct:
    """Calls and draws in one worker."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def call(self, call: Call) -> Called:
        """Make one call. Raises ``PlanError`` where ``returns`` is no annotation."""
        expected = self._type(call.returns) if call.returns is not None else None
        source = Source(code=call.code, entry_point=call.entry_point, audited=not is_pure(call.code))
        with Runner(self._lab.jails.main, source) as runner:
            if runner.failure is not None:
                return self._called(runner.failure, None, runner)
            assert runner.signature is not None
            arguments = arranged(runner.signature, call.arguments)
            seen = runner.run([arguments.payload()], timeout=self._lab.settings.timeout)[0]
            runner.close()
            return self._called(seen, expected, runner)

    def inputs(
        self, code: str, count: int, entry_point: str | None = None, *, edges_only: bool = False
    ) -> tuple[dict[str, Any], ...]:
        """At most ``count`` inputs, as ``Call`` takes them, edge cases first.

        Raises ``PlanError`` where the code does not load, or no input can be made.
        """
        with Runner(self._lab.jails.main, Source(code=code, entry_point=entry_point)) as runner:
            signature = _described(runner)
            explorer = Explorer(runner, self._lab.settings, self._lab.user_strategies("", signature))
            try:
                spec = explorer.spec(signature, derive_seed(self._lab.settings.seed, "", code))
                if edges_only:
                    drawn = edge_arguments(spec.signature, spec.edges, count)
                else:
                    drawn = list(draw_pool(spec).inputs.values())[:count]
            except UnmetAnnotation as exc:
                raise PlanError(f"no input for {signature.name} can be made: {exc}") from None
        return tuple(by_parameter(spec.signature, arguments) for arguments in drawn)

    def returns(self, code: str, entry_point: str | None = None) -> str:
        """The type that a function returns by its annotation; ``Any`` where it has none.

        Raises ``PlanError`` where the code does not load.
        """
        with Runner(self._lab.jails.main, Source(code=code, entry_point=entry_point)) as runner:
            returns = _described(runner).returns
        return str(returns) if returns is not None else "Any"

    def _type(self, text: str) -> TypeSpec | None:
        """An annotation as the jail describes it."""
        if expression(text) is not None:
            source = Source(code=_ANNOTATION.format(text), entry_point="expected", described="fully")
            with Runner(self._lab.jails.main, source) as runner:
                if isinstance(runner.loaded, Loaded):
                    return runner.loaded.returns
        raise PlanError(
            f"invalid expected type {text[:80]!r}: expected an annotation of builtin types or of typing, "
            "such as 'int' or 'list[str]'"
        )

    def _called(self, seen: Observation, expected: TypeSpec | None, runner: Runner) -> Called:
        category, error = category_of(seen), ""
        raised = seen.raised
        if seen.refused:  # also where the code went on
            category, error = Category.BLOCKED, f"the jail refused to {seen.refused[0]}"
        elif category is not None:
            error = observed_words(seen)
        elif expected is not None and not fits(seen.value, expected):
            category = Category.VALIDATION
            error = f"returned {type_of(seen.value)}, expected {expected}"
        stdout, stderr = (text_of(seen.printed, stream) for stream in STREAMS)
        return Called(
            category=category,
            error=error,
            value=seen.value if seen.kind is ObservationKind.RETURNED else None,
            line=raised.line if raised else None,
            exception=raised.type if raised else None,
            printed=(stdout, stderr),
            elapsed=seen.elapsed,
            peak_memory=runner.peak_memory,
        )


def arranged(signature: Signature, values: Mapping[str, Any]) -> Arguments:
    """The call that gives each parameter its value. What does not fit raises ``TypeError`` in the jail."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    left = dict(values)
    positional = True
    for parameter in signature.parameters:
        name = parameter.name
        if name not in left:
            positional = positional and parameter.kind is ParameterKind.VAR_POSITIONAL
            continue
        value = left.pop(name)
        if parameter.kind is ParameterKind.VAR_POSITIONAL:
            args += value
        elif parameter.kind is ParameterKind.VAR_KEYWORD:
            kwargs |= value
        elif positional and parameter.kind is not ParameterKind.KEYWORD_ONLY:
            args.append(value)
        else:
            kwargs[name] = value
    return Arguments(tuple(args), kwargs | left)


def by_parameter(signature: Signature, arguments: Arguments) -> dict[str, Any]:
    """The arguments of a call by parameter, as ``arranged`` takes them."""
    found = arguments.by_name(signature)
    named = {p.name for p in signature.parameters if p.kind is not ParameterKind.VAR_KEYWORD}
    for parameter in signature.parameters:
        if parameter.kind is ParameterKind.VAR_POSITIONAL:
            before = len([p for p in signature.parameters if p.kind in _POSITIONAL_KINDS])
            if rest := arguments.args[before:]:
                found[parameter.name] = tuple(rest)
        elif parameter.kind is ParameterKind.VAR_KEYWORD:
            rest_named = {key: found.pop(key) for key in list(found) if key not in named}
            if rest_named:
                found[parameter.name] = rest_named
    return found


def _described(runner: Runner) -> Signature:
    if runner.signature is None:
        failure = runner.failure
        raise PlanError(f"the code does not load: {observed_words(failure) if failure else 'no function'}")
    return runner.signature


_POSITIONAL_KINDS = (ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL_OR_KEYWORD)
