"""A pytest plugin that writes the peak memory of its process, in MiB, into a file named after it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest


def pytest_unconfigure(config: pytest.Config) -> None:
    workerinput = getattr(config, "workerinput", None)
    name = workerinput["workerid"] if workerinput else "controller"
    # Not ru_maxrss: that of a process starts with what its parent had when it was forked.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak is not None
    Path(os.environ["BENCHMARK_PEAKS"], name).write_text(str(int(peak[1]) / 1024))
