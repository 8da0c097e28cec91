"""Two runs with the same seed draw the same worlds, and what a procedure does there is equal to the byte."""

from __future__ import annotations

import msgspec
import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Procedure
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine
from tests.dreams import needs_worlds

CODES = {
    "files": """
import json, os, pathlib, sqlite3, tempfile, zipfile
def act(folder: str, name: str) -> list[str]:
    base = pathlib.Path(folder)
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=base, delete=False) as file:
        json.dump({"name": name}, file)
    os.replace(file.name, base / "state.json")
    with zipfile.ZipFile(base / "a.zip", "w") as archive:
        archive.write(base / "state.json")
    with sqlite3.connect(base / "a.db") as base_:
        base_.execute("CREATE TABLE IF NOT EXISTS t (name)")
        base_.execute("INSERT INTO t VALUES (?)", (name,))
    return sorted(os.listdir(base))
""",
    "commands": """
import asyncio, os, subprocess
async def act(branch: str) -> list[str]:
    found = subprocess.run(["git", "log", "--oneline"], capture_output=True, text=True).stdout.splitlines()
    runs = [asyncio.create_subprocess_exec("make", word, stdout=-1) for word in ("lint", "test", branch)]
    outputs = [await process.communicate() for process in await asyncio.gather(*runs)]
    os.system("git status | wc -l")
    return found + [out.decode(errors="replace") for out, _ in outputs]
""",
    "requests": """
import json, time, urllib.error, urllib.request
def act(url: str, retries: int = 3) -> object:
    for attempt in range(retries):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.loads(answer.read())["items"]
        except (urllib.error.URLError, ValueError, KeyError, TypeError, OSError) as error:
            print(type(error).__name__)
            time.sleep(2**attempt)
    request = urllib.request.Request(url, data=b"failed", method="POST")
    urllib.request.urlopen(request).close()
""",
    "sets-and-listings": """
import concurrent.futures, os, subprocess, tempfile, uuid
def act(folder: str, names: list[str]) -> list[str]:
    os.makedirs(folder, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        runs = list(pool.map(lambda word: subprocess.call([word, *{*names}]), ("ruff", "mypy")))
    with tempfile.TemporaryDirectory(dir=folder) as spare:
        os.replace(tempfile.mkstemp(dir=spare)[1], os.path.join(folder, uuid.uuid4().hex))
    for entry in os.scandir(folder):
        info = entry.stat()
        print(entry.name, os.stat(entry.path).st_mtime, info.st_size, info.st_mode)
    os.environ["RUN"] = uuid.uuid1(node=1).hex[16:20]
    return [str({*names}), *os.listdir(folder), *map(str, runs)]
""",
    "chance-and-clock": """
import datetime, os, random, secrets, sys, time, uuid
def act(count: int) -> str:
    with open("log.txt", "a") as file:
        for _ in range(count):
            time.sleep(random.random())
            print(time.time(), datetime.datetime.now(), time.monotonic(), file=file)
            print(uuid.uuid4(), secrets.token_hex(4), os.environ.get("USER_TOKEN"), file=file)
    return sys.stdin.read()
""",
}


def trace(code: str) -> bytes:
    """All that a procedure does in its worlds, in a run of its own."""
    settings = Settings(max_examples=40, effects="auto", seed=5)
    with Engine(settings, Policy()) as engine:
        reference = engine.reference(Procedure(id=1, name="act", code=code))
        assert reference.source.acts
        seen = [
            (payload, one.kind, one.value, one.files, one.requests, one.slept, one.printed, one.asked)
            for payload, one in reference.expected.items()
        ]
    return msgspec.msgpack.encode(seen)


@pytest.mark.parametrize("kind", CODES)
def test_traces_of_two_runs_are_equal_to_the_byte(kind: str) -> None:
    needs_worlds()
    first, second = trace(CODES[kind]), trace(CODES[kind])
    assert first == second
    assert len(first) > 5_000
