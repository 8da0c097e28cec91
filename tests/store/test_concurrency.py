"""Several processes at one store. Each is a real one, and none sleeps for the sake of timing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest_athena_dreams
from pytest_athena_dreams.store.database import Store

from .kit import RUN, line, passed, put, rows

_ROOT = str(Path(pytest_athena_dreams.__file__).parents[1])


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a Python process that talks through its pipes."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": _ROOT},
    )


def said(process: subprocess.Popen[str]) -> str:
    """Wait for the next line that ``process`` prints."""
    assert process.stdout
    return process.stdout.readline().rstrip("\n")


def finish(processes: Sequence[subprocess.Popen[str]]) -> list[str]:
    """Let ``processes`` go on, wait for them to end well, and give what else they printed."""
    for process in processes:
        assert process.stdin
        process.stdin.close()
        process.stdin = None
    printed = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return printed


def kill(process: subprocess.Popen[str]) -> None:
    """End ``process`` so that it can do nothing about it."""
    process.kill()
    process.communicate(timeout=60)


def test_a_reader_sees_the_last_commit_while_a_writer_writes(
    store: Store, path: Path, tmp_path: Path
) -> None:
    put(store, tmp_path, line())
    with Store.open(path) as reader:
        with store.writing() as db:
            db.execute("UPDATE dream_procedures SET code = 'new'")
            assert [dream.code for dream in reader.pending()] == [line()["code"]]
        assert [dream.code for dream in reader.pending()] == ["new"]


def test_a_writer_does_not_wait_for_a_reader(store: Store, path: Path, tmp_path: Path) -> None:
    put(store, tmp_path, line())
    with Store.open(path) as reader, reader.reading() as db:
        count = "SELECT count(*) AS n FROM dream_test_results"
        assert list(db.query(count)) == [{"n": 0}]
        store.record(store.begin_run(RUN), passed(1))
        assert list(db.query(count)) == [{"n": 0}]  # one snapshot
    assert rows(path, count) == [{"n": 1}]


def test_processes_may_make_the_same_store_at_once(path: Path) -> None:
    program = """if True:
        import sys
        from pytest_athena_dreams.store.database import Store
        print("ready", flush=True)
        sys.stdin.readline()
        with Store.create(sys.argv[1]) as store:
            print(len(store.dreams()))
    """
    processes = [start(program, path) for _ in range(6)]
    for process in processes:
        assert said(process) == "ready"
    assert finish(processes) == ["0\n"] * 6


_RECORD = """if True:
    import json, sys
    from pytest_athena_dreams.models import Figures
    from pytest_athena_dreams.store.database import Store
    from pytest_athena_dreams.store.records import Result, Run
    path, run, result = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
    result["figures"] = Figures(**result["figures"])
    with Store.open(path) as store:
        run_id = store.begin_run(Run(**run))
        for dream in store.dreams():
            store.record(run_id, Result(**result | {"dream_id": dream.id}))
            print(dream.id, flush=True)
        store.finish_run(run_id, exit_status=0)
"""


def start_recording(path: Path) -> subprocess.Popen[str]:
    """Start a process that records a pass of every dream, and prints its id when that is done."""
    return start(_RECORD, path, json.dumps(asdict(RUN)), json.dumps(asdict(passed(0))))


def test_writers_wait_for_one_another(store: Store, path: Path, tmp_path: Path) -> None:
    put(store, tmp_path, *(line(label=f"{n}", code=f"{n}") for n in range(30)))
    finish([start_recording(path) for _ in range(3)])
    assert rows(path, "SELECT tested, passed FROM dream_test_runs") == [{"tested": 30, "passed": 30}] * 3


def test_a_killed_run_keeps_what_it_recorded(store: Store, path: Path, tmp_path: Path) -> None:
    put(store, tmp_path, *(line(label=f"{n}", code=f"{n}") for n in range(2_000)))
    process = start_recording(path)
    recorded = [said(process) for _ in range(20)]
    kill(process)
    tested = [row["id"] for row in rows(path, "SELECT id FROM dream_procedures WHERE status = 'tested'")]
    assert {int(number) for number in recorded} <= set(tested)
    assert len(tested) < 2_000
    assert tested == [row["dream_id"] for row in rows(path, "SELECT dream_id FROM dream_test_results")]
    assert rows(path, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_a_process_that_is_killed_in_a_transaction_leaves_no_trace_and_no_lock(
    store: Store, path: Path, tmp_path: Path
) -> None:
    put(store, tmp_path, line())
    process = start(
        """if True:
            import sys
            from pytest_athena_dreams.store.database import Store
            with Store.open(sys.argv[1]) as store, store.writing() as db:
                db.execute("UPDATE dream_procedures SET code = 'half'")
                print("in it", flush=True)
                sys.stdin.readline()
        """,
        path,
    )
    assert said(process) == "in it"
    kill(process)
    assert [dream.code for dream in store.dreams()] == [line()["code"]]
    assert put(store, tmp_path, line(code="whole")).updated == 1
