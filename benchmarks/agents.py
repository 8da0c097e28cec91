"""Speed for agents: variants judged a second beside a process a candidate, and MCP's first answer.

    python benchmarks/agents.py [VARIANTS.jsonl] [--count N]

VARIANTS.jsonl is in the format of ``athena-dreams import``; without it, variants of procedures that this
script holds are judged. Each way judges the same variants with two at a time, in one run, in turns of equal
parts, so a busy machine slows all of them alike: compare the ratios. ``CPU`` is processor time of all
processes of a way, as far as the system still knows it. Two cores give at most two seconds of it a second.
Exit status 1 if a limit is not met.

The ways:

- ``check_many``: this package, warm, with two and with three workers. The jail, 100 inputs of each
  procedure, shrinking, confirmation, evidence.
- ``bare process``: a Python process a candidate, as evolution loops evaluate. It runs procedure and variant
  on the same inputs and compares with ``==``. No jail, no search for the smallest input, no second run. The
  inputs are made beforehand, and their time does not count. Nothing notices on which inputs a procedure
  hangs, so procedures that fail this way against themselves are left out of the whole run.
- ``check process``: ``athena-dreams check`` in a process a candidate: the same verdicts as ``check_many``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from statistics import median

from pytest_athena_dreams import api
from pytest_athena_dreams.errors import DreamsError
from pytest_athena_dreams.models import Outcome
from pytest_athena_dreams.testing import SyntheticTestGenerator

PARALLEL = 2
"""Processes at a time, one for each core."""
PARTS = 2
"""Turns: each way judges one part in each."""
WANTED = 20.0
"""Variants a second on two cores that nothing else uses."""
FIRST_ANSWER = 2.0
"""Seconds from the client's connection to its first verdict, after the server's start."""
INPUTS = 100
HANGS = 5.0
"""Seconds after which a process is killed and its variant counts as failed."""

SCRIPT = """
import pickle, sys
variant, procedure, name, inputs = pickle.load(open(sys.argv[1], 'rb'))
spaces = {}, {}
for code, space in zip((procedure, variant), spaces):
    exec(code, space)
def seen(function, given):
    try:
        return function(**given)
    except Exception as error:
        return type(error)
same = all(seen(spaces[0][name], one) == seen(spaces[1][name], one) for one in map(pickle.loads, inputs))
print('passed' if same else 'failed')
"""

CLAMP = "def clamp(x: int, low: int, high: int) -> int:\n    return max(low, min(x, high))\n"
EVENS = "def evens(numbers: list[int]) -> list[int]:\n    return [n for n in numbers if n % 2 == 0]\n"
INITIALS = "def initials(name: str) -> str:\n    return ''.join(word[0] for word in name.split())\n"
COUNT = """\
def count(words: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found
"""
OWN: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "clamp": (
        CLAMP,
        [
            ("max(low, min(x, high))", "min(low, max(x, high))"),
            ("max(low, min(x, high))", "sorted((low, x, high))[1]"),
        ],
    ),
    "evens": (
        EVENS,
        [
            ("n % 2 == 0", "not n % 2"),
            ("n % 2 == 0", "n % 2 == 1"),
            ("[n for n in numbers if n % 2 == 0]", "list(filter(lambda n: n % 2 == 0, numbers))"),
            ("n % 2 == 0", "n & 1 == 0"),
        ],
    ),
    "initials": (
        INITIALS,
        [("name.split()", "name.split(' ')"), ("word[0]", "word[:1]"), ("word[0]", "word[-1]")],
    ),
    "count": (
        COUNT,
        [
            ("found.get(word, 0) + 1", "words.count(word)"),
            ("found.get(word, 0) + 1", "found.get(word, 1)"),
            ("found.get(word, 0)", "(found[word] if word in found else 0)"),
        ],
    ),
}
"""Procedures, each with what to replace in it for a variant."""


def own_variants() -> list[api.Variant]:
    """The variants of ``OWN``, repeated under comments, so that each is another source."""
    made = []
    for name, (code, changes) in OWN.items():
        for number in range(8):
            for old, new in changes:
                text = code.replace(old, new) + f"# {number}\n"
                made.append(api.Variant(code=text, like=code, entry_point=name, name=name))
    return made


def read_variants(path: Path) -> list[api.Variant]:
    """The variants of a file of dreams."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [
        api.Variant(
            code=row["code"],
            like=row["procedure"]["code"],
            entry_point=row.get("entry_point"),
            like_entry_point=row["procedure"].get("entry_point"),
            name=row["procedure"]["name"],
        )
        for row in rows
        if row.get("procedure")
    ]


def in_parts(variants: Sequence[api.Variant]) -> list[list[api.Variant]]:
    """Parts of whole procedures."""
    families = [list(group) for _, group in groupby(variants, key=lambda one: one.like)]
    return [[one for family in families[part::PARTS] for one in family] for part in range(PARTS)]


Way = Callable[[Sequence[api.Variant]], list[str]]


def check_many(workers: int) -> Way:
    def judged(variants: Sequence[api.Variant]) -> list[str]:
        words = {Outcome.SUCCESS: "passed", Outcome.FAILURE: "failed", Outcome.UNTESTABLE: "untestable"}
        found = api.check_many(list(variants), workers=workers)
        by_place = {verdict.dream_id: words[verdict.outcome] for verdict in found}
        return [by_place[place] for place in range(len(variants))]

    return judged


def run_each(commands: Iterable[list[str]], limit: float) -> list[str]:
    """What each command prints; a process each, some at a time."""

    def one(command: list[str]) -> str:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return "failed"
        return done.stdout.strip().split("\n")[-1] or "failed"

    with ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(one, commands))


def bare_process(folder: Path, inputs: dict[str, list[bytes]]) -> Way:
    def judged(variants: Sequence[api.Variant]) -> list[str]:
        commands = []
        for number, one in enumerate(variants):
            assert one.like is not None
            name = one.like_entry_point or one.entry_point
            path = folder / f"{number}.pickle"
            path.write_bytes(pickle.dumps((one.code, one.like, name, inputs[one.like])))
            commands.append([sys.executable, "-c", SCRIPT, str(path)])
        return run_each(commands, HANGS)

    return judged


def check_process(folder: Path) -> Way:
    def judged(variants: Sequence[api.Variant]) -> list[str]:
        commands = []
        for number, one in enumerate(variants):
            assert one.like is not None
            new, old = folder / f"new{number}.py", folder / f"old{number}.py"
            new.write_text(one.code)
            old.write_text(one.like)
            entry = one.like_entry_point or one.entry_point
            words = ["check", f"{new}::{entry}", "--like", f"{old}::{entry}", "--format", "json"]
            program = "from pytest_athena_dreams.cli import main; main()"
            commands.append([sys.executable, "-c", program, *words, "--no-repair"])
        answers = run_each(commands, 20 * HANGS)
        return [json.loads(text)["verdict"] if text.startswith("{") else text for text in answers]

    return judged


def drawn(variants: Sequence[api.Variant]) -> dict[str, list[bytes]]:
    """Inputs by procedure, pickled one by one; procedures without any are left out."""
    found: dict[str, list[bytes]] = {}
    generator = SyntheticTestGenerator(seed=0)
    for one in variants:
        if one.like is not None and one.like not in found:
            entry = one.like_entry_point or one.entry_point
            try:
                inputs = generator.generate_test_inputs(one.like, INPUTS, entry_point=entry)
                found[one.like] = [pickle.dumps(given) for given in inputs]
            except (DreamsError, pickle.PickleError):
                continue
    return found


def tree_cpu() -> float:
    """Processor seconds of all processes below this one, those included that were waited for."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            used[int(entry.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    total, below = 0.0, {os.getpid()}
    while below:
        below = {pid for pid, parent in parents.items() if parent in below}
        total += sum(used[pid] for pid in below)
    times = os.times()
    return total + times.children_user + times.children_system


async def first_answer() -> float:
    """Seconds from the end of the handshake of a server that has started to its first verdict."""
    from mcp import Client, StdioServerParameters

    program = "from pytest_athena_dreams.cli import main; main()"
    server = StdioServerParameters(command=sys.executable, args=["-c", program, "mcp"], env=dict(os.environ))
    code = CLAMP
    async with Client(server) as client:
        await client.list_tools()
        began = time.perf_counter()
        result = await client.call_tool("test_code", {"code": code + "# other\n", "like": code})
        assert (result.structured_content or {})["verdict"] == "passed"
        return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("variants", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=200, help="variants to judge")
    given = parser.parse_args()
    asked = (read_variants(given.variants) if given.variants else own_variants())[: given.count]
    inputs = drawn(asked)
    asked = [one for one in asked if one.like in inputs]
    with tempfile.TemporaryDirectory() as name:
        firsts = list({one.like: one for one in asked}.values())
        themselves = [replace(one, code=one.like or "") for one in firsts]
        own = bare_process(Path(name), inputs)(themselves)
    usable = {one.like for one, word in zip(firsts, own, strict=True) if word == "passed"}
    print(
        f"{len(firsts) - len(usable)} procedures fail against themselves in a bare process, and are left out"
    )
    asked = [one for one in asked if one.like in usable]
    inputs = {code: inputs[code] for code in inputs if code in usable}
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{len(asked)} variants of {len(inputs)} procedures; {load}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ways: dict[str, Way] = {
            "check_many, 2 workers": check_many(2),
            "check_many, 3 workers": check_many(3),
            "bare process": bare_process(folder, inputs),
            "check process": check_process(folder),
        }
        for label in list(ways)[:2]:
            ways[label](asked[:1] * 6)  # so that they are warm
        spent: dict[str, float] = dict.fromkeys(ways, 0.0)
        cpu: dict[str, float] = dict.fromkeys(ways, 0.0)
        judged: dict[str, int] = dict.fromkeys(ways, 0)
        verdicts: dict[str, list[str]] = {label: [] for label in ways}
        for part in in_parts(asked):
            for label, way in ways.items():
                few = part[: max(1, len(part) // 8)] if label == "check process" else part
                began, used = time.perf_counter(), tree_cpu()
                verdicts[label] += way(few)
                spent[label] += time.perf_counter() - began
                cpu[label] += tree_cpu() - used
                judged[label] += len(few)
    rates = {label: judged[label] / spent[label] for label in ways}
    for label, rate in rates.items():
        each = 1000 * cpu[label] / judged[label]
        print(
            f"  {label:<24}{rate:6.1f} a second{rate * 3600:9,.0f} an hour"
            f"{rate / rates['bare process']:7.2f}x{each:8.0f} ms CPU each"
        )
    first, second = verdicts["check_many, 2 workers"], verdicts["check_many, 3 workers"]
    print(f"verdicts with 2 and with 3 workers are the same: {first == second}")
    pairs = list(zip(first, verdicts["bare process"], strict=True))
    for mine, theirs in (("failed", "passed"), ("passed", "failed")):
        print(f"  {mine} by check_many, {theirs} by a bare process: {pairs.count((mine, theirs))}")
    seconds = median(asyncio.run(first_answer()) for _ in range(3))
    print(f"MCP: {seconds:.2f} s to the first answer after start-up; the limit is {FIRST_ANSWER:g} s")
    best = max(rates["check_many, 2 workers"], rates["check_many, 3 workers"])
    print(f"check_many: {best:.1f} a second; the limit is {WANTED:g} on two cores without other load")
    return int(best < WANTED or seconds > FIRST_ANSWER or first != second)


if __name__ == "__main__":
    sys.exit(main())
