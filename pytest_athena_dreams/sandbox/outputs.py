"""Files for what code prints."""

from __future__ import annotations

import os
import tempfile
from typing import IO


def output_file() -> IO[bytes]:
    """A file without a path, opened for appending."""
    if hasattr(os, "memfd_create"):
        file: IO[bytes] = os.fdopen(os.memfd_create("output", os.MFD_CLOEXEC), "w+b", buffering=0)
    else:
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - the caller closes it
    if os.name == "posix":
        import fcntl  # not on Windows, where this module is still to be imported

        flags = fcntl.fcntl(file, fcntl.F_GETFL)
        fcntl.fcntl(file, fcntl.F_SETFL, flags | os.O_APPEND)
    return file
