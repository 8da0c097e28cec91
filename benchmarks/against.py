"""Dreams in the jail, compared with the same dreams in plain pytest, and with one process per call.

    python benchmarks/against.py [--dreams 1000] [--inputs 100] [--rounds 1] [--calls 60] [--large]
                                [--stock mutants|plain]

Both runs have two workers and take turns. The plain run is what a person would write without this tool: one
test per dream with strategies from the procedure's annotations, without isolation and without a store. One
process per call is measured on a sample, two at a time, in several ways. The limit refers to ``srt``, the way
of this tool's predecessor, which has to be installed (npm install -g @anthropic-ai/sandbox-runtime). Exit
status 1 if a limit is exceeded or could not be checked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import runs
import stock

IN_PROCESS = 0.1
"""Limit: our time as a share of the plain run's."""
FASTER = 200.0
"""Limit: how many times faster than one process per call, run by ``srt``, a call must be."""
SEED = "srt"

SMALL = ("--athena-edge-cases", "empty,extreme,none")
"""No texts of 100,000 characters and lists of 10,000 items: the plain run does not draw them either."""

PLAIN = """
import copy, json, pathlib, typing
from hypothesis import HealthCheck, given, settings, strategies as st

def load(code, name):
    space = {}
    exec(compile(code, "<dream>", "exec"), space)
    return space[name]

def make(line):
    name = line["procedure"]["name"]
    procedure, dream = load(line["procedure"]["code"], name), load(line["code"], name)
    hints = typing.get_type_hints(procedure)
    del hints["return"]

    @settings(max_examples=INPUTS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(**{name: st.from_type(hint) for name, hint in hints.items()})
    def test(**arguments):
        try:
            expected = procedure(**copy.deepcopy(arguments))
        except Exception:
            return
        got = dream(**arguments)
        assert got == expected or (got != got and expected != expected)

    return test

for n, text in enumerate(pathlib.Path(__file__).with_name("dreams.jsonl").read_text().splitlines()):
    globals()[f"test_{n}"] = make(json.loads(text))
"""


def plain(folder: Path, inputs: int) -> runs.Taken:
    (folder / "test_plain.py").write_text(PLAIN.replace("INPUTS", str(inputs)))
    return runs.run_pytest(folder, "-p", "no:athena_dreams", "-n", "2", "test_plain.py")


def a_process_a_call(calls: int) -> dict[str, float]:
    """Seconds per call, by way of starting the process."""
    script = Path(__file__).with_name("processes.py")
    ran = subprocess.run([sys.executable, script, str(calls)], stdout=subprocess.PIPE, check=True)
    return dict(json.loads(ran.stdout))


def main() -> int:
    parser = runs.options(__doc__, dreams=1000)
    parser.add_argument("--inputs", type=int, default=100, help="inputs per dream (default: 100)")
    parser.add_argument("--rounds", type=int, default=1, help="turns of both runs (default: 1)")
    parser.add_argument("--calls", type=int, default=60, help="calls with one process each (default: 60)")
    parser.add_argument("--large", action="store_true", help="our run with large edge cases, as by default")
    parser.add_argument("--stock", choices=stock.STOCKS, default="mutants", help="which dreams")
    parser.add_argument("--ours", action="store_true", help="our run alone")
    chosen = parser.parse_args()
    chosen_inputs = ["--athena-max-examples", str(chosen.inputs), *(() if chosen.large else SMALL)]
    ours, theirs, found = [], [], {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = list(stock.lines(chosen.dreams, kind=chosen.stock))
        (folder / "dreams.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        # Both runs then find bytecode, and the tables that Hypothesis makes once per folder.
        runs.run_dreams(stock.make_store(folder / "first.db", len(stock.PROCEDURES)), *chosen_inputs)
        for turn in range(chosen.rounds):
            store = stock.make_store(folder / f"{turn}.db", chosen.dreams, kind=chosen.stock)
            ours.append(runs.run_dreams(store, *chosen_inputs))
            found = runs.figures(store)
            print(
                f"ours: {ours[-1].seconds:.1f} s ({ours[-1].cpu:.1f} s CPU), {ours[-1].last_line}", flush=True
            )
            print("   " + ", ".join(f"{n} {v:.6g}" for n, v in found.items()), flush=True)
            if not chosen.ours:
                theirs.append(plain(folder, chosen.inputs))
                print(
                    f"plain: {theirs[-1].seconds:.1f} s ({theirs[-1].cpu:.1f} s CPU), {theirs[-1].last_line}",
                    flush=True,
                )
    session = 1 - found["engine_seconds"] / (2 * ours[-1].seconds)
    print(f"of both workers' time {session:.0%} is not in the engine")
    figures: dict[str, Any] = {
        "dreams": chosen.dreams,
        "inputs": chosen.inputs,
        "stock": chosen.stock,
        "ours": ours,
        "plain": theirs,
        "tested": found,
        "share_outside_engine": session,
    }
    if chosen.ours:
        runs.write(chosen.output, "against", figures)
        return 0
    a_call = median(taken.seconds for taken in ours) / found["inputs_accepted"]
    processes = a_process_a_call(chosen.calls)
    print(f"a call of a dream, two workers: ours {1e6 * a_call:.0f} us of the whole run's time")
    for way, seconds in processes.items():
        print(f"   a process a call, {way}: {1e3 * seconds:.1f} ms, {seconds / a_call:.0f} times ours")
    share = median(mine.seconds / other.seconds for mine, other in zip(ours, theirs, strict=True))
    print(
        f"processor time: {median(m.cpu / o.cpu for m, o in zip(ours, theirs, strict=True)):.3g} of plain's"
    )
    figures |= {"seconds_a_call": {"ours": a_call, **processes}, "share": share}
    runs.write(chosen.output, "against", figures)
    limits = [("share of the plain run's time", share, IN_PROCESS, False)]
    if SEED in processes:
        limits.append(("faster a call than the seed's way", processes[SEED] / a_call, FASTER, True))
    else:
        print("faster a call than the seed's way: NOT CHECKED, srt is not installed")
    return max(runs.check(limits), SEED not in processes)


if __name__ == "__main__":
    sys.exit(main())
