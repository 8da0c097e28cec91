"""Every row of the category table, clause by clause, from a real jail into the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_athena_dreams.errors import SandboxError
from pytest_athena_dreams.models import Category
from pytest_athena_dreams.sandbox.client import Sandbox
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode
from tests.dreams import dream, make_store, verdicts
from tests.session.conftest import Run

BASE = "def f(n: int) -> int:\n    return n\n"
RAISES = "def f(n: int) -> int:\n    raise ValueError(n)\n"
LIST = "def f(xs: list[int]) -> int:\n    return len(xs)\n"
SHAKY = "calls = []\ndef f(n: int) -> int:\n    calls.append(n)\n    return n + (len(calls) == 5)\n"
FREE = {"procedure": None, "dream_type": "cross_project_synthesis"}


def does(statement: str) -> str:
    return f"def f(n: int) -> int:\n    {statement}\n    return n\n"


ROWS: dict[str, dict[str, str]] = {
    "syntax": {
        "truncated": BASE[:-3] + "(",
        "fences": f"```\n{BASE}```\n",
        "null": BASE + "\0",
        "deep": "(" * 9999,
    },
    "dependency": {
        "at-load": "import no_such_module\n" + BASE,
        "in-a-call": does("import no_such_module"),
        "no-such-name": "from math import no_such_name\n" + BASE,
    },
    "type": {
        "in-a-call": does("None + n"),
        "too-few-parameters": "def f() -> int:\n    return 1\n",
        "one-too-many": "def f(n: int, m: int) -> int:\n    return n\n",
    },
    "runtime": {
        "in-a-call": does("{}[n]"),
        "at-load": "1 / 0\n" + BASE,
        "leaves": does("import os; os._exit(0)"),
        "exits": does("raise SystemExit"),
        "no-such-file": does("open('/no/such/file')"),
    },
    "logic": {
        "another-value": does("n += 1"),
        "assertion": does("assert n < 0 or n > 0"),
        "a-class-that-equals-everything": "class A(int):\n    __eq__ = lambda *_: True\n" + does("n = A(n)"),
    },
    "validation": {"no-function": "LIMIT = 3\n", "private": BASE.replace(" f", " _f")},
    "timeout": {"loops": does("while True: pass"), "sleeps": does("import time; time.sleep(60)")},
    "resource": {
        "memory": does("[0] * 10**12"),
        "recursion": does("f(n)"),
        "output": does("print('x' * 2**22)"),
        "descriptors": does("import os; [os.dup(1) for _ in range(500)]"),
        "signal": does("import os; os.kill(os.getpid(), 9)"),
        "crash": does("import ctypes; ctypes.string_at(0)"),
    },
    "blocked": {
        "network": does("import socket; socket.create_connection(('127.0.0.1', 9))"),
        "name": does("import socket; socket.getaddrinfo('example.org', 80)"),
        "process": does("import subprocess; subprocess.run(['true'])"),
        "fork": does("import os; os.fork()"),
        "secret": does("open('SECRET').read()"),
        "write": does("open('SECRET', 'a')"),
        "new-file": does("open('/tmp/athena-dreams-new', 'w')"),
        "relative": does("open('new', 'w')"),
        "folder": does("import pathlib; pathlib.Path('SECRET').parent.joinpath('x').mkdir()"),
        "delete": does("import os; os.remove('SECRET')"),
    },
    "flaky": {"now-and-then": SHAKY},
}  # fmt: skip

OTHER = {
    "logic": [
        dream("swallows", BASE, procedure=RAISES, contract="equivalent"),
        dream("another-exception", RAISES.replace("Value", "Key"), procedure=RAISES, contract="equivalent"),
        dream("in-place", LIST.replace("return", "xs.sort()\n    return"), procedure=LIST),
    ],
    "validation": [
        dream("nothing-accepted", RAISES, **FREE),
        dream("annotation", BASE.replace("-> int", "-> str"), **FREE),
    ],
    "flaky": [dream("hash-seed", does("n += hash('x')"), **FREE)],
}  # fmt: skip


@pytest.mark.parametrize("mode", [SandboxMode.LANDLOCK, SandboxMode.BWRAP])
def test_every_row_of_the_table(run_alone: Run, pytester: pytest.Pytester, mode: SandboxMode) -> None:
    try:
        with Sandbox(Policy(mode=mode)) as sandbox:
            sandbox.layers()
    except SandboxError as exc:
        pytest.skip(str(exc))
    secret = pytester.makefile(".txt", secret="secret")
    lines = [
        dream(f"{category}:{name}", code.replace("SECRET", str(secret)), procedure=BASE)
        for category, rows in ROWS.items()
        for name, code in rows.items()
    ]
    for category, more in OTHER.items():
        lines += [line | {"label": f"{category}:{line['label']}"} for line in more]
    for name in ("swallows", "in-place"):  # their procedures have names of their own
        line = next(line for line in lines if line["label"].endswith(f":{name}"))
        line["procedure"] |= {"name": name}
    next(line for line in lines if line["label"].endswith(":another-exception"))["procedure"]["name"] = (
        "swallows"
    )
    make_store(pytester.path / "athena.db", *lines)
    run_alone(
        "--athena-sandbox", mode, "--athena-max-examples", "20", "--athena-timeout", "0.5", "--tb=no", "-q"
    )
    got = {label: category for label, (_, category) in verdicts(pytester.path / "athena.db").items()}
    assert got == {label: label.partition(":")[0] for label in got}
    assert set(got.values()) == set(Category) - {Category.UNKNOWN}
    assert secret.read_text() == "secret"
    assert not Path("/tmp/athena-dreams-new").exists()
