"""``DreamSandbox``: single calls of dreams in the jail, and what they showed together."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ..agents.lane import Lane
from ..api import settings_from
from ..closing import AsyncClosing
from ..errors import SettingError
from ..inputs.scalars import literal_value
from ..judge.categories import ATHENA_OUTCOMES
from ..judge.render import render
from ..learn.patterns import fingerprint
from ..learn.suggestions import rule
from ..models import Canonical, Fault
from ..source.syntax import line_of
from ..trial.direct import Call, Called
from .results import DESIGN_WORDS, ErrorCategory, ExecutionResult, FailurePattern

OUTPUT_TEXT = 10_000
"""Characters of an output's text, and of an error's."""


class DreamSandbox(AsyncClosing):
    """Calls dreams in the jail. A context manager, also of ``async with``: closing it ends the jails.

    ``timeout_seconds`` is the limit of one call, from 0.01 to 3600; ``memory_limit_mb`` is MiB of address
    space, at least 64; ``max_output_lines`` are kept of what a call prints. ``workers`` calls run at once;
    ``settings`` are those of :func:`pytest_athena_dreams.api.check`. Raises ``SettingError``.
    """

    def __init__(
        self,
        timeout_seconds: float = 30,
        memory_limit_mb: int = 512,
        max_output_lines: int = 1000,
        *,
        workers: int = 2,
        **settings: Any,
    ) -> None:
        chosen = settings_from({"timeout": timeout_seconds, "memory": memory_limit_mb} | settings)
        self._lane = Lane(chosen, workers)
        self._lines = max_output_lines
        self._tests = self._passed = 0
        self._time_ms = 0.0
        self._by_category: dict[ErrorCategory, int] = {}
        self._patterns: dict[str, FailurePattern] = {}

    def close(self) -> None:
        """End the jails. Safe to call twice."""
        self._lane.close()

    async def execute_dream(
        self,
        dream_id: int,
        code: str,
        input_params: Mapping[str, Any],
        expected_output_type: str | None = None,
        *,
        entry_point: str | None = None,
    ) -> ExecutionResult:
        """Call the dream's function with ``input_params``, by parameter.

        ``expected_output_type`` is an annotation such as ``"int"`` or ``"list[str]"``. Raises ``DreamsError``
        where it is none, where the arguments can't be sent into the jail, or where there is no jail.
        """
        _expect("code", code, str, "text")
        _expect("input_params", input_params, Mapping, "arguments by parameter")
        if expected_output_type is not None:
            needed = "the text of an annotation, such as 'int'"
            _expect("expected_output_type", expected_output_type, str, needed)
        expected = None if expected_output_type in (None, "", "Any") else expected_output_type
        call = Call(code=code, arguments=dict(input_params), entry_point=entry_point, returns=expected)
        called = await self._lane.call(call)
        result = self._result(dream_id, called)
        self._count(result, called, code)
        return result

    def get_failure_patterns(self) -> list[FailurePattern]:
        """The failures of all calls so far, equal ones once, the most frequent first."""
        return sorted(self._patterns.values(), key=lambda pattern: -pattern.frequency)

    def get_test_statistics(self) -> dict[str, Any]:
        """Counts of all calls so far; ``success_rate`` is from 0 to 1, and 0 before the first call."""
        return {
            "total_tests": self._tests,
            "successful_tests": self._passed,
            "failed_tests": self._tests - self._passed,
            "success_rate": self._passed / self._tests if self._tests else 0.0,
            "average_execution_time_ms": self._time_ms / self._tests if self._tests else 0.0,
            "error_categories": {word.value: count for word, count in self._by_category.items()},
            "failure_patterns": len(self._patterns),
        }

    def _result(self, dream_id: int, called: Called) -> ExecutionResult:
        error = called.error[:OUTPUT_TEXT] or None
        return ExecutionResult(
            dream_id=dream_id,
            success=called.category is None,
            test_outcome=ATHENA_OUTCOMES[called.category],
            error=error,
            error_category=DESIGN_WORDS[called.category] if called.category else None,
            error_summary=error,
            category=called.category,
            output=_output(called.value),
            stdout=self._printed(called.printed[0]),
            stderr=self._printed(called.printed[1]),
            exit_code=0 if called.category is None else 1,
            execution_time_ms=called.elapsed * 1000,
            memory_used_mb=called.peak_memory / (1 << 20),
            timestamp=time.time(),
        )

    def _printed(self, text: Canonical) -> str:
        whole = text if isinstance(text, str) else render(text, limit=OUTPUT_TEXT)
        return "".join(whole.splitlines(keepends=True)[: self._lines])

    def _count(self, result: ExecutionResult, called: Called, code: str) -> None:
        self._tests += 1
        self._passed += result.success
        self._time_ms += result.execution_time_ms
        if called.category is None or result.error_category is None:
            return
        word = result.error_category
        self._by_category[word] = self._by_category.get(word, 0) + 1
        summary = called.error.removeprefix("raised ")
        fault = Fault(category=called.category, summary=summary, line=called.line, exception=called.exception)
        print_ = fingerprint(fault, code, None)
        before = self._patterns.get(print_.key)
        self._patterns[print_.key] = FailurePattern(
            error_category=word,
            category=word,
            error_message=print_.title[:OUTPUT_TEXT],
            code_snippet=before.code_snippet if before else line_of(code, called.line or 0),
            frequency=1 + (before.frequency if before else 0),
            last_seen=result.timestamp,
            suggested_fix=rule(print_.category, print_.exception, print_.message, print_.context),
        )


def _expect(name: str, value: object, kind: type, what: str) -> None:
    if not isinstance(value, kind):
        raise SettingError(f"invalid value {value!r:.80} for {name}: expected {what}")


def _output(value: Canonical) -> Any:
    """A scalar as it is, anything else as text."""
    plain = literal_value(value)
    return plain if value is None or plain is not None else render(value, limit=OUTPUT_TEXT)
