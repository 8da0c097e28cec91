"""What the classes of the design give: frozen, and read as attributes or as keys.

Invariants: pure data; a category of this package has exactly one of the design's eight words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from ..models import Category


class ErrorCategory(StrEnum):
    """The eight words of Athena's design for why a dream failed."""

    SYNTAX = "SYNTAX"
    RUNTIME = "RUNTIME"
    TYPE = "TYPE"
    LOGIC = "LOGIC"
    RESOURCE = "RESOURCE"
    DEPENDENCY = "DEPENDENCY"
    TIMEOUT = "TIMEOUT"
    VALIDATION = "VALIDATION"


DESIGN_WORDS = {
    **{Category(word.lower()): word for word in ErrorCategory},
    Category.BLOCKED: ErrorCategory.RUNTIME,
    Category.FLAKY: ErrorCategory.LOGIC,
    Category.UNKNOWN: ErrorCategory.RUNTIME,
}
"""The design's word for each category; it has none of its own for the last three."""


class Record(Mapping[str, Any]):
    """A dataclass whose fields are keys as well."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        if key in self._names():
            return getattr(self, key)
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def to_dict(self) -> dict[str, Any]:
        """Plain data: records within become dicts as well."""
        return {name: _plain(value) for name, value in self.items()}

    @classmethod
    def _names(cls) -> tuple[str, ...]:
        return tuple(one.name for one in fields(cls))  # type: ignore[arg-type]  # each subclass is a dataclass


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionResult(Record):
    """One call of a dream. ``success`` says that it returned, and a value of the expected type.

    ``test_outcome`` is one of Athena's eight outcomes. ``error`` and ``error_summary`` are the same text,
    ``None`` if there is no error; ``category`` is the more exact one of this package. ``output`` is the value
    that was returned: a scalar as it is, anything else as text. ``stdout`` and ``stderr`` are what was
    printed, cut to the sandbox's number of lines. ``exit_code`` is 0 or 1, as ``success`` says. Times are
    milliseconds of the call, memory is MiB above the loaded jail, ``timestamp`` is in seconds of the epoch.
    """

    dream_id: int
    success: bool
    test_outcome: str
    error: str | None = None
    error_category: ErrorCategory | None = None
    error_summary: str | None = None
    category: Category | None = None
    output: Any = None
    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0
    execution_time_ms: float = 0.0
    memory_used_mb: float = 0.0
    timestamp: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FailurePattern(Record):
    """Failures that a person would call the same. ``category`` is ``error_category``.

    ``suggested_fix`` is the rule against it, and ``code_snippet`` lines of a dream that shows it.
    """

    error_category: ErrorCategory
    category: ErrorCategory
    error_message: str
    code_snippet: str
    frequency: int
    last_seen: float | None
    suggested_fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion(Record):
    """What to change in dreams to come; ``pattern`` is the failure, ``frequency`` how often it was seen."""

    category: ErrorCategory
    suggestion: str
    pattern: str
    frequency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSummary(Record):
    """A test of dreams. ``success`` says that it took place; otherwise ``error`` says why not.

    ``pass_rate`` is the share of ``tested_dreams`` that passed, from 0 to 1, and 0 if none was tested.
    ``untestable_dreams`` are counted in neither: their procedures can't be run here. ``iterations`` are
    rounds of tests, and ``results`` single calls.
    """

    __test__ = False  # no test class of pytest's

    success: bool
    error: str | None = None
    tested_dreams: int = 0
    dreams_passed: int = 0
    dreams_failed: int = 0
    untestable_dreams: int = 0
    pass_rate: float = 0.0
    iterations: int = 1
    results: tuple[ExecutionResult, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningReport(Record):
    """What a store says of failures. Patterns and suggestions come most frequent first; only open ones are
    suggested.
    """

    tested_dreams: int
    dreams_passed: int
    pass_rate: float
    top_failure_patterns: tuple[FailurePattern, ...]
    suggested_improvements: tuple[Suggestion, ...]
    categories: dict[str, int]
