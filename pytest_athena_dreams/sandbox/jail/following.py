"""Records the path of each call through the code: which jumps it takes between instructions, and how often.

Inputs that take new paths are worth keeping. Invariants: nothing here decides a verdict; a call is followed
for ``INSTRUCTIONS`` instructions and makes at most ``FEATURES`` features, so following it takes little time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

INSTRUCTIONS = 4_000
"""Instructions of a call to follow."""
FEATURES = 400
"""Features of a call to report."""
RAISED = 0
"""The feature of a call that raised."""
_BUCKETS = (1, 2, 3, 4, 8, 16)
"""How often a jump is taken counts in steps, as in M. Zalewski's american fuzzy lop."""

_settrace = sys.settrace


class Paths:
    """Follows calls of the code in ``filename``, one after another.

    A feature is a number for a jump and how often it was taken. Code is numbered as it is first reached, so
    the same calls in the same order give the same features.
    """

    def __init__(self, filename: str) -> None:
        self._filename = filename
        self._numbers: dict[CodeType, int] = {}
        self._taken: dict[int, int] = {}
        self._left = 0

    def start(self) -> None:
        """Follow until ``stop``."""
        self._taken, self._left = {}, INSTRUCTIONS
        _settrace(self._called)

    def stop(self, *, raised: bool) -> list[int]:
        """Stop following; the features of the call."""
        _settrace(None)
        found = [RAISED] if raised else []
        for jump, count in sorted(self._taken.items())[:FEATURES]:
            step = sum(count >= least for least in _BUCKETS)
            found.append(jump * len(_BUCKETS) + step)
        return found

    def _called(self, frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        code = frame.f_code
        if code.co_filename != self._filename:
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        base = self._numbers.setdefault(code, len(self._numbers) + 1) << 32
        taken = self._taken
        before = 0

        def stepped(frame: FrameType, event: str, _: object) -> Any:
            nonlocal before
            if event == "opcode":
                at = frame.f_lasti
                if at != before + 2:
                    jump = base | (before & 0xFFFF) << 16 | at & 0xFFFF
                    taken[jump] = taken.get(jump, 0) + 1
                before = at
                self._left -= 1
                if self._left <= 0:
                    _settrace(None)
            return stepped

        return stepped
