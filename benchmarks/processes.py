"""Seconds per call if every call has a process of its own, two at a time, as JSON.

    python benchmarks/processes.py CALLS

The module imports little, because a process that multiprocessing spawns imports it again. ``srt`` is the way
of this tool's predecessor: Anthropic's Sandbox Runtime runs a script for each call, which has the arguments
written into it and prints its answer as JSON. The other ways do less, and none of them isolates.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

CODE = "def clamp(x, low, high):\n    return max(low, min(x, high))\n"
PRINTED = f"{CODE}\nprint(clamp(5, 1, 3))\n"
SCRIPT = f"""import json
import sys
import traceback

output = error = None
try:
    exec(compile({CODE!r}, "<dream>", "exec"))
    output = clamp(**{{"x": 5, "low": 1, "high": 3}})
except Exception:
    error = traceback.format_exc()
print(json.dumps({{"output": output, "error": error}}))
"""
NOTHING: dict[str, Any] = {"network": {"allowedDomains": [], "deniedDomains": []}}


def by_command() -> None:
    """One call in a new interpreter, without arguments and without reading the answer."""
    subprocess.run([sys.executable, "-c", PRINTED], stdout=subprocess.DEVNULL, check=True)


def by_multiprocessing() -> None:
    """One call in a process that multiprocessing spawns."""
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    process = context.Process(target=answer, args=(queue,))
    process.start()
    queue.get()
    process.join()


def answer(queue: Any) -> None:
    space: dict[str, Any] = {}
    exec(CODE, space)
    queue.put(space["clamp"](5, 1, 3))


def by_script(*runtime: str) -> None:
    """One call in a script, run by the command ``runtime`` or by Python itself."""
    with tempfile.TemporaryDirectory() as folder:
        script, settings = Path(folder, "call.py"), Path(folder, "settings.json")
        script.write_text(SCRIPT)
        files = {"denyRead": [], "allowWrite": [folder], "denyWrite": []}
        settings.write_text(json.dumps(NOTHING | {"filesystem": files}))
        wrapped = [*runtime, "--settings", str(settings), "--"] if runtime else []
        ran = subprocess.run(
            [*wrapped, sys.executable, str(script)], stdout=subprocess.PIPE, text=True, check=True
        )
        if json.loads(ran.stdout) != {"output": 3, "error": None}:
            raise AssertionError(ran.stdout)


def seconds_a_call(call: Callable[[], None], calls: int) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(call) for _ in range(calls)]:
            done.result()
    return (time.perf_counter() - started) / calls


def ways() -> dict[str, Callable[[], None]]:
    found = {"python -c": by_command, "a script": by_script, "multiprocessing, spawn": by_multiprocessing}
    srt = shutil.which("srt")
    return found | ({"srt": lambda: by_script(srt)} if srt else {})


if __name__ == "__main__":
    calls = int(sys.argv[1])
    print(json.dumps({name: seconds_a_call(way, calls) for name, way in ways().items()}))
