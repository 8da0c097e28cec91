"""Records which lines of a dream its calls reach.

Invariants: nothing here decides a verdict; a dream that turns tracing off changes only its own coverage, and
only until the next call.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

STEPS = 10_000
"""Lines without a new one after which tracing stops, in the version that slows every line."""

_settrace, _settrace_threads = sys.settrace, threading.settrace


def executable(code: CodeType) -> Iterator[int]:
    """The executable lines of ``code`` and of everything defined in it."""
    yield from (line for _, _, line in code.co_lines() if line)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from executable(constant)


class _Steps:
    """Uses ``sys.settrace``, which every Python has; it calls back on every line that runs."""

    def __init__(self, filename: str, seen: set[int]) -> None:
        self._filename = filename
        self._seen = seen
        self._left = STEPS

    def start(self) -> None:
        self._left = STEPS
        _settrace_threads(self._called)
        _settrace(self._called)

    def stop(self) -> None:
        _settrace_threads(None)
        _settrace(None)

    def _called(self, frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        return self._stepped if frame.f_code.co_filename == self._filename else None

    def _stepped(self, frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        if event == "line":
            self._left = self._left - 1 if frame.f_lineno in self._seen else STEPS
            self._seen.add(frame.f_lineno)
            if self._left <= 0:
                _settrace(None)
        return self._stepped


class _Events:
    """Uses ``sys.monitoring`` of Python 3.12 and later: one callback per line, then no cost."""

    def __init__(self, filename: str, seen: set[int]) -> None:
        self._monitoring: Any = vars(sys)["monitoring"]
        self._tool = next(tool for tool in range(6) if self._monitoring.get_tool(tool) is None)
        self._filename = filename
        self._seen = seen
        self._monitoring.use_tool_id(self._tool, "athena-dreams")

    def start(self) -> None:
        line = self._monitoring.events.LINE
        self._monitoring.register_callback(self._tool, line, self._line)
        self._monitoring.set_events(self._tool, line)

    def stop(self) -> None:
        self._monitoring.set_events(self._tool, 0)

    def _line(self, code: CodeType, line: int) -> object:
        if code.co_filename == self._filename:
            self._seen.add(line)
        return self._monitoring.DISABLE


class Watch:
    """Records the lines that calls of the code in ``filename`` reach."""

    def __init__(self, filename: str) -> None:
        self._seen: set[int] = set()
        self._reported: set[int] = set()
        self._by = (_Events if sys.version_info >= (3, 12) else _Steps)(filename, self._seen)

    def start(self) -> None:
        """Record until ``stop``."""
        self._by.start()

    def stop(self) -> list[int]:
        """Stop recording; the lines that no earlier call reached."""
        self._by.stop()
        new = sorted(self._seen - self._reported)
        self._reported |= self._seen
        return new
