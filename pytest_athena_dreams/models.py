"""The nouns of the product, as frozen data that survives a JSON round trip.

Invariants: nothing here does I/O; every field is a builtin, an enum, or another model, so that ``msgspec``
turns a model into JSON and back without loss; times are integer epoch seconds and durations float seconds.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from .worlds import Entry, Place, Request, World

Canonical = Any
"""A value as the jail describes it: JSON data by ``sandbox.jail.grammar``, or ``Packed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A large canonical value as compressed JSON, which takes a small part of the room."""

    text: bytes


def packed(text: bytes) -> Packed:
    """A value's JSON, packed."""
    return Packed(text=zlib.compress(text, 1))


def unpacked(value: Canonical) -> Canonical:
    """``value`` as JSON data."""
    return json.loads(zlib.decompress(value.text)) if isinstance(value, Packed) else value


class DreamType(StrEnum):
    """How a dream was made (Athena's values)."""

    CONSTRAINT_RELAXATION = "constraint_relaxation"
    CROSS_PROJECT_SYNTHESIS = "cross_project_synthesis"
    PARAMETER_EXPLORATION = "parameter_exploration"
    CONDITIONAL_VARIANT = "conditional_variant"


class Status(StrEnum):
    """The state of a dream (Athena's values)."""

    PENDING_EVALUATION = "pending_evaluation"
    EVALUATED = "evaluated"
    PENDING_TEST = "pending_test"
    TESTED = "tested"
    ARCHIVED = "archived"


PENDING = (Status.EVALUATED, Status.PENDING_TEST)
"""The statuses of a dream that is still to be tested."""


class Contract(StrEnum):
    """The contract between a dream and its procedure."""

    EQUIVALENT = "equivalent"
    SUPERSET = "superset"
    COMPATIBLE = "compatible"
    FREE = "free"


DEFAULT_CONTRACTS = {
    DreamType.CONSTRAINT_RELAXATION: Contract.SUPERSET,
    DreamType.CONDITIONAL_VARIANT: Contract.SUPERSET,
    DreamType.PARAMETER_EXPLORATION: Contract.COMPATIBLE,
    DreamType.CROSS_PROJECT_SYNTHESIS: Contract.FREE,
}


class Outcome(StrEnum):
    """The outcome of a test of a dream.

    ``dream_procedures.test_outcome`` holds Athena's two words, ``success`` and ``failure``. An ``untestable``
    dream has none there and keeps waiting: that it could not be tested is no fault of its own.
    """

    SUCCESS = "success"
    FAILURE = "failure"
    UNTESTABLE = "untestable"


class Reason(StrEnum):
    """Why a dream is untestable; ``Verdict.text`` is the text for people, with the remedy."""

    MISSING_PACKAGE = "missing_package"
    """The procedure imports a package or a helper module that the jail does not have."""
    NO_ENTRY_POINT = "no_entry_point"
    """The procedure has no function to call: it is a script, or a class whose method is not named."""
    NOT_LOADED = "not_loaded"
    """The procedure does not compile, or raises while its module is executed."""
    REFUSED = "refused"
    """The procedure needs what the jail refuses: a file, a process, the network."""
    NO_INPUT = "no_input"
    """The procedure did not return on any input that could be made."""
    TOO_SLOW = "too_slow"
    """The procedure outlived its time limit on every input."""
    BY_TYPE_ONLY = "by_type_only"
    """Only the types of values could be compared."""
    LITTLE_EVIDENCE = "little_evidence"
    """It passed, but on inputs that detect fewer mutants of the procedure than a setting asks for."""


class Category(StrEnum):
    """Why a dream failed."""

    SYNTAX = "syntax"
    DEPENDENCY = "dependency"
    TYPE = "type"
    RUNTIME = "runtime"
    LOGIC = "logic"
    VALIDATION = "validation"
    TIMEOUT = "timeout"
    RESOURCE = "resource"
    BLOCKED = "blocked"
    FLAKY = "flaky"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A piece of Python that an agent has learnt and trusts."""

    id: int
    name: str
    code: str
    entry_point: str | None = None
    project: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Dream:
    """A speculative variant of a procedure, as the plan of one run freezes it.

    ``dream_type`` is plain text: a store may hold one that this version does not know. ``contract`` is the
    row's, else the type's, else ``None``. A ``problem`` says why the dream can't be tested at all.
    """

    id: int
    code: str
    dream_type: str
    procedure: Procedure | None = None
    procedure_name: str = ""
    label: str | None = None
    entry_point: str | None = None
    contract: Contract | None = None
    tier: int | None = None
    model_used: str | None = None
    problem: str | None = None

    @property
    def base_name(self) -> str:
        """The name of the procedure that it varies; empty without one."""
        return self.procedure.name if self.procedure else self.procedure_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An exception in the jail.

    ``type`` and ``bases``, the method resolution order from it up, are names, module-qualified outside
    builtins. ``line`` of the loaded code counts from 1. ``stage`` is ``compile``, ``load`` (module level),
    ``entry`` (no usable entry point) or ``call``. ``path`` is the file that an ``OSError`` names.
    """

    type: str
    bases: tuple[str, ...] = ()
    message: str = ""
    line: int | None = None
    errno: int | None = None
    stage: str = "call"
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """The rule against a failure pattern, as a writer of dreams gets it.

    ``pattern`` is the pattern's key and ``title`` its name; ``open`` dreams show it now. ``text`` is the
    rule, ``wrong`` and ``right`` are code from a dream and its procedure, empty if there is none to show.
    """

    pattern: str
    title: str
    text: str
    open: int
    wrong: str = ""
    right: str = ""


class ObservationKind(StrEnum):
    """All that can be seen of a call."""

    RETURNED = "returned"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    DIED = "died"
    REFUSED = "refused"


class DeathReason(StrEnum):
    """How a child died that did not answer, as the parent found it."""

    MEMORY = "memory"
    CPU = "cpu"
    OUTPUT = "output"
    SIGNAL = "signal"
    EXIT = "exit"
    PROTOCOL = "protocol"
    SYSCALL = "syscall"


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """The observed outcome of one call (or load) in the jail. Never "pass" or "fail".

    ``value`` is set where it returned, ``raised`` where it raised, with the exception's attributes as
    ``value`` if it has any, and the items that an iterator gave before; ``death`` and ``detail`` where the
    child is gone; ``changed`` holds the canonical arguments after the call if the call changed them in
    place, as ``[positional, keyword]``. ``cpu`` and ``elapsed`` are seconds, seen from outside, without
    those in which the machine kept the child waiting; ``took`` is seconds of the call alone, as the child
    says. ``steady`` is false where the function gives other values another time. ``awaited`` is
    ``coroutine`` or ``async generator`` where the call gave one, and the jail awaited it for the value or
    the exception. Of a call of watched code only ``lines`` are known: those that it was the first to reach.
    ``refused`` says in short words what the jail refused, also where the code went on. ``printed`` is what
    the call wrote to standard output and standard error, as two texts, ``None`` where it wrote nothing.
    ``patterns`` are the regular expressions, as text and flags, that the call was the first to compile,
    where these are noted. Of a call that had a world, ``files`` says what it left at each path that it
    changed, ``None`` where it removed what was there, ``asked`` at which places it looked, and ``requests``
    what else it asked of its world, in order, and ``slept`` how many seconds of its clock it waited.
    """

    kind: ObservationKind
    value: Canonical = None
    raised: Raised | None = None
    changed: Canonical = None
    death: DeathReason | None = None
    detail: str = ""
    cpu: float = 0.0
    elapsed: float = 0.0
    took: float = 0.0
    steady: bool = True
    awaited: str = ""
    lines: tuple[int, ...] = ()
    refused: tuple[str, ...] = ()
    printed: Canonical = None
    patterns: tuple[tuple[str, int], ...] = ()
    files: dict[str, Entry | None] | None = None
    asked: tuple[Place, ...] = ()
    requests: tuple[Request, ...] = ()
    slept: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One distinct way in which a dream failed, with the smallest input found for it.

    ``expected`` and ``got`` say in words what the procedure and the dream did; ``call`` is the failing
    call as Python source, ``None`` where the dream did not even load; ``line`` counts from 1 in the
    dream's code; ``exception`` is the type that the dream raised. ``contrast`` are the two values line by
    line where they are large: ``-`` the procedure's, ``+`` the dream's. ``world`` says what surrounded
    the call where it had a world, a file a line. ``surroundings`` are the same as data, ``None`` without a
    world and where it is too large to be kept.
    """

    category: Category
    summary: str
    expected: str = ""
    got: str = ""
    call: str | None = None
    line: int | None = None
    exception: str | None = None
    inputs: int = 1
    contrast: tuple[str, ...] = ()
    world: tuple[str, ...] = ()
    surroundings: World | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a test of one dream measured: numbers, texts, or ``None`` where something was not measured.

    One more field here is in the verdict, a column of the store, the report's JSON and ``athena-dreams show
    --json``; CONTRIBUTING.md lists the two tables of the docs that it also needs.

    ``tried`` counts the inputs of its pools, ``accepted`` those inside the domain, ``rejected`` the rest.
    ``elapsed`` (start to verdict) and ``cpu`` are seconds, ``peak_memory`` is bytes above the loaded jail.
    ``speed`` is how many times faster than its procedure a passing dream was, ``diverged`` the share of
    accepted inputs on which a ``compatible`` dream returned another value, ``evidence`` the share of the
    procedure's mutants that its pool detects, and ``lines_reached`` how many of the dream's ``lines_total``
    its inputs reach. ``not_compared`` says in words what the verdict does not cover. ``guess`` names the
    tested function where nothing said which one is meant. ``widened`` is the share of inputs that the
    procedure refused and a passing dream answered. ``effects`` are those that a pass compared, as ``12
    files, 3 commands``; ``none`` if there were none, ``None`` without a world.
    """

    tried: int = 0
    accepted: int = 0
    rejected: int = 0
    elapsed: float = 0.0
    cpu: float = 0.0
    peak_memory: int = 0
    speed: float | None = None
    diverged: float | None = None
    evidence: float | None = None
    lines_reached: int | None = None
    lines_total: int | None = None
    not_compared: str | None = None
    guess: str | None = None
    widened: float | None = None
    effects: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The verdict of one run on one dream.

    A failure has a ``category`` and ``faults``, the deciding one first. An untestable dream has a ``reason``
    and a ``text`` for people, which names the procedure, what it needed, and the setting, hook or extra that
    opens it. ``taken_from`` is the dream that was run where this one was not, because their code is the same.
    """

    dream_id: int
    outcome: Outcome
    contract: Contract
    category: Category | None = None
    faults: tuple[Fault, ...] = ()
    reason: Reason | None = None
    text: str = ""
    figures: Figures = field(default_factory=Figures)
    taken_from: int | None = None

    @property
    def tried(self) -> int:
        """How many inputs were drawn."""
        return self.figures.tried

    @property
    def accepted(self) -> int:
        """How many of them were inside the domain."""
        return self.figures.accepted
