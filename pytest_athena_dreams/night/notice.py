"""Gives the summary of a night to a command of the user's.

Invariants: the command and what it started end within ``NOTIFY_SECONDS``. It may print any amount: a failure
shows the end of that, and the summary none of it.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import threading
from typing import IO

NOTIFY_SECONDS = 60.0
"""Seconds that the command of ``--notify`` may take."""
_KEPT = 400
"""Bytes of its output that a failure shows."""
_CHUNK = 1 << 16


def send(command: str, text: str, seconds: float = NOTIFY_SECONDS) -> str:
    """Run ``command`` with ``text`` on its standard input; returns what went wrong, or an empty text."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        return f"it is no command ({error})"
    if not words:
        return "it is empty"
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return f"can't be run ({error.strerror}); check its path"
    assert process.stdin is not None
    assert process.stdout is not None
    end = bytearray()
    reader = threading.Thread(target=_drain, args=(process.stdout, end), daemon=True)
    writer = threading.Thread(target=_fill, args=(process.stdin, text.encode()), daemon=True)
    reader.start()
    writer.start()
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"it did not end within {seconds:g} s, and was killed"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        reader.join(1.0)
    if not status:
        return ""
    said = end.decode("utf-8", "replace").strip()
    return f"exit status {status}" + (f": {said}" if said else "")


def _drain(output: IO[bytes], end: bytearray) -> None:
    with output:
        while chunk := output.read1(_CHUNK):  # type: ignore[attr-defined]
            end += chunk
            del end[:-_KEPT]


def _fill(given: IO[bytes], text: bytes) -> None:
    with contextlib.suppress(OSError), given:  # it need not read
        given.write(text)
