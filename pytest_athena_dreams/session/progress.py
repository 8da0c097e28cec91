"""Prints the progress of a long run on a terminal, with speed and time left, which pytest's own display
lacks.

It prints whole lines, and only to a terminal, without -q.
"""

from __future__ import annotations

import time

import pytest

PAUSE = 15.0
"""Minimum seconds between two lines."""


class Progress:
    """Counts the dreams that are done, of ``total``."""

    def __init__(self, config: pytest.Config, total: int) -> None:
        self._config = config
        self._total = total
        self._done = 0
        self._started = self._last = time.monotonic()

    def count(self) -> None:
        """Count one more dream, and print a line if it is time."""
        self._done += 1
        now = time.monotonic()
        if now - self._last >= PAUSE and self._done < self._total:
            self._last = now
            terminal = self._config.pluginmanager.getplugin("terminalreporter")
            if terminal is not None and terminal.isatty() and self._config.option.verbose >= 0:
                terminal.write_line(progress_line(self._done, self._total, now - self._started))


def progress_line(done: int, total: int, seconds: float) -> str:
    """Dreams done in ``seconds``, their rate, and the time left at this rate."""
    rate = done / max(seconds, 1e-9)
    left = round((total - done) / rate)
    minutes, rest = divmod(left, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
    speed = f"{rate:.0f} a second" if rate >= 2 else f"{60 * rate:.0f} a minute"
    return f"{done} of {total} dreams, {speed}, about {clock} left"
