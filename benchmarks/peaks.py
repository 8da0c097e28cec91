"""A pytest plugin that writes its process' peak memory, in MiB, to a file named after the process."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest


def pytest_unconfigure(config: pytest.Config) -> None:
    workerinput = getattr(config, "workerinput", None)
    name = workerinput["workerid"] if workerinput else "controller"
    # Not ru_maxrss, which starts with the parent's value at the fork.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak is not None
    Path(os.environ["BENCHMARK_PEAKS"], name).write_text(str(int(peak[1]) / 1024))
