"""``athena-dreams repro``: a file that fails with the bug and passes without it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.cli.regression import literal, quoted
from tests.dreams import CLAMP, dream, make_store, needs_worlds
from tests.session.conftest import Run

POINT = "from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int\n    y: float\n"
MEAN = "def f(xs: list[float]) -> float:\n    return sum(xs) / max(len(xs), 1)\n"
SORTS = "def f(xs: list[int]) -> int:\n    return len(xs)\n"
BOX = "class Box:\n    def __init__(self, n: int):\n        self.n = n\n"
BOX += "    def more(self, k: int) -> int:\n        return self.n + k\n"
COUNTS = "def f(n: int) -> list[int]:\n    return list(range(n % 7))\n"
RAISES = "def f(n: int) -> int:\n    if n < 0:\n        raise ValueError(n)\n    return n\n"
DECIMAL = "from decimal import Decimal\ndef f(d: Decimal) -> Decimal:\n    return d\n"
CALLBACK = "from typing import Callable\ndef f(g: Callable[[int], int], n: int) -> int:\n    return g(n)\n"
STREAM = "from typing import Iterator\ndef f(xs: Iterator[int]):\n    yield from xs\n"
LOOP = """from dataclasses import dataclass
@dataclass
class Node:
    next: 'Node | None' = None
def f(node: Node) -> bool:
    seen = set()
    while node is not None and id(node) not in seen:
        seen.add(id(node))
        node = node.next
    return True if node else False
"""
SCRIPT = "_result = price * count\n"
SIZED = "from typing import Protocol\nclass Sized(Protocol):\n    def size(self) -> int: ...\n"
SIZE = "def h(s: Sized) -> int:\n    return s.size()\n"
LATER = "from datetime import datetime, timedelta\ndef f(d: datetime) -> datetime:\n"
LATER += "    return d.replace(year=2000, tzinfo=None) + timedelta(days=1)\n"
DIGITS = "def f(n: int) -> int:\n    return 10 ** 5000 + n\n"
NESTED = "from dataclasses import dataclass\nclass Outer:\n    @dataclass\n    class Inner:\n        x: int\n"
NESTED += "def f(p: Outer.Inner) -> int:\n    return p.x\n"
ORDERED = "from collections import OrderedDict\ndef f(xs: list[int]) -> OrderedDict:\n"
ORDERED += "    return OrderedDict.fromkeys(xs)\n"
PRINTS = "import logging, time\ndef f(n: int) -> None:\n    print(n)\n    logging.error('low')\n"
WARNS = "import warnings\nwarnings.simplefilter('always')\n"
WARNS += "def f(n: int) -> None:\n    if n > 99:\n        warnings.warn('odd')\n"
TIMED = PRINTS.replace("print(n)", "print(time.time_ns())")
METRES = "class Metres(float): ...\ndef f(x: float) -> Metres:\n    return Metres(x * 3)\n"
FREE = {"procedure": None, "dream_type": "cross_project_synthesis"}

FAILURES = {
    "logic": (dream("logic", CLAMP.replace("min(x, high)", "x")), CLAMP),
    "runtime": (dream("runtime", CLAMP.replace("max(low", "hgih or max(low")), CLAMP),
    "type": (dream("type", CLAMP.replace("max(low,", "max(low, None,")), CLAMP),
    "syntax": (dream("syntax", "```python\n" + CLAMP + "```\n"), CLAMP),
    "dependency": (dream("dependency", "import no_such_module\n" + CLAMP), CLAMP),
    "at-load": (dream("at-load", "LIMITS = {}['low']\n" + CLAMP), CLAMP),
    "no-entry-point": (dream("no-entry-point", "LIMIT = 3\n"), CLAMP),
    "annotation": (
        dream("annotation", "def f(n: int) -> list[str]:\n    return [n]\n", **FREE),
        "def f(n: int) -> list[str]:\n    return [str(n)]\n",
    ),
    "free": (dream("free", "def f(n: int) -> int:\n    return [][n]\n", **FREE), COUNTS),
    "timeout": (dream("timeout", "def clamp(x, low, high):\n    while True: pass\n"), CLAMP),
    "memory": (dream("memory", "def clamp(x, low, high):\n    return len([0] * 10**12)\n"), CLAMP),
    "recursion": (dream("recursion", "def clamp(x, low, high): return clamp(x, low, high)\n"), CLAMP),
    "prints": (
        dream("prints", CLAMP.replace("    return", "    print('x' * 10**8)\n    return")),
        CLAMP,
    ),
    "equivalent": (
        dream("equivalent", RAISES.replace("Value", "Key"), procedure=RAISES, contract="equivalent"),
        RAISES,
    ),
    "compatible": (
        dream("compatible", COUNTS.replace("list(", "tuple("), procedure=COUNTS, contract="compatible"),
        COUNTS.replace("range(n", "range(1 + n"),
    ),
    "own-class": (
        dream(
            "own-class",
            POINT + "def f(p: Point) -> Point:\n    return Point(p.x, p.y + 1)\n",
            procedure=POINT + "def f(p: Point) -> Point:\n    return Point(p.x, p.y)\n",
        ),
        POINT + "def f(p: Point) -> Point:\n    return Point(p.x, p.y * 1.0000000000001)\n",
    ),
    "method": (
        dream("method", BOX.replace("+ k", "- k"))
        | {"procedure": {"name": "more", "project": "tests", "code": BOX, "entry_point": "Box.more"}},
        BOX,
    ),
    "float": (
        dream("float", MEAN.replace("sum(xs)", "0"), procedure=MEAN),
        MEAN.replace("sum(xs)", "-sum(-x for x in xs)"),
    ),
    "in-place": (dream("in-place", SORTS.replace("return", "xs.sort()\n    return"), procedure=SORTS), SORTS),
    "decimal": (dream("decimal", DECIMAL.replace("return d", "return d + 1"), procedure=DECIMAL), DECIMAL),
    "callback": (dream("callback", CALLBACK.replace("g(n)", "g(n) + 1"), procedure=CALLBACK), CALLBACK),
    "graph": (dream("graph", LOOP.replace("True if node else False", "False"), procedure=LOOP), LOOP),
    "iterator": (dream("iterator", STREAM.replace("xs\n", "map(abs, xs)\n"), procedure=STREAM), STREAM),
    "script": (
        dream("script", SCRIPT.replace("* count", "+ count"))
        | {"procedure": {"name": "total", "project": "tests", "code": SCRIPT}},
        SCRIPT,
    ),
    "protocol": (
        dream("protocol", SIZED + "def h(s: Sized) -> int:\n    return s.size() + 1\n")
        | {"procedure": {"name": "h", "project": "tests", "code": SIZED + SIZE}},
        SIZED + SIZE,
    ),
    "imported-by-the-name-of-its-module": (
        dream("imported-by-the-name-of-its-module", LATER.replace("days=1", "days=2"), procedure=LATER),
        LATER,
    ),
    "many-digits": (dream("many-digits", DIGITS.replace("5000", "5001"), procedure=DIGITS), DIGITS),
    "nested-class": (dream("nested-class", NESTED.replace("p.x", "-p.x"), procedure=NESTED), NESTED),
    "order-of-an-ordered-dict": (
        dream("order-of-an-ordered-dict", ORDERED.replace("xs)", "reversed(xs))"), procedure=ORDERED),
        ORDERED,
    ),
    "close-floats-of-a-subclass": (
        dream("close-floats-of-a-subclass", METRES.replace("x * 3", "x * 4"), procedure=METRES),
        METRES.replace("x * 3", "x + x + x"),
    ),
    "output": (dream("output", PRINTS.replace("n)", "-n)"), procedure=PRINTS), PRINTS),
    "errors": (dream("errors", PRINTS.replace("'low'", "'high'"), procedure=PRINTS), PRINTS),
    "warnings": (dream("warnings", WARNS.replace("odd", "even"), procedure=WARNS), WARNS),
    "unsteady-output": (
        dream("unsteady-output", TIMED.replace("'low'", "'high'"), procedure=TIMED),
        PRINTS.replace("print(n)", "print()"),
    ),
    "hostile-text": (
        dream("hostile-text", CLAMP.replace("min(", "min('\"\"\"\\\\\x1b\u202e\ud7ff' and 0, ")), CLAMP,
    ),
}  # fmt: skip


BY_VALUE = {
    *("runtime", "type", "compatible", "own-class", "float", "in-place", "decimal", "callback", "graph"),
    *("iterator", "imported-by-the-name-of-its-module", "nested-class", "order-of-an-ordered-dict"),
    "close-floats-of-a-subclass",
}
"""Those that take the same way through the jail as "logic" does: written without a rehearsal there. That they
fail, and pass once the dream is right, is seen outside."""


def repro(*arguments: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, ["repro", "--store", "athena.db", *arguments])
    assert result.exit_code == status, result.output
    return result


def write_fixed(path: Path, code: str) -> None:
    """Put ``code`` where the dream's stands."""
    lines = path.read_text().splitlines()
    (node,) = (
        n
        for n in ast.parse("\n".join(lines)).body
        if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "DREAM"
    )
    lines[node.lineno - 1 : node.end_lineno] = [f"DREAM = {code!r}"]
    path.write_text("\n".join(lines) + "\n")


def test_a_file_fails_with_the_bug_and_passes_once_it_is_fixed(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    make_store(pytester.path / "athena.db", *(line for line, _ in FAILURES.values()))
    few = ("--athena-timeout", "0.5", "--athena-max-examples", "20")
    run_alone(*few, "--tb=no").assert_outcomes(failed=len(FAILURES))
    files = []
    for label in FAILURES:
        files.append(f"test_{label.replace('-', '_')}.py")
        repro(label, "--output", files[-1], *(["--unchecked"] if label in BY_VALUE else []))
    plain = (sys.executable, "-m", "pytest", "-q", "-p", "no:athena_dreams", "-p", "no:cacheprovider")
    assert (
        pytester.run(
            sys.executable, "-m", "ruff", "check", "-q", "--isolated", "--select=E4,E7,E9,F", *files
        ).ret
        == 0
    )
    failing = pytester.run(*plain, *files, timeout=300)
    failing.assert_outcomes(failed=len(FAILURES))
    for file, (_, code) in zip(files, FAILURES.values(), strict=True):
        write_fixed(pytester.path / file, code)
    pytester.run(*plain, *files, timeout=300).assert_outcomes(passed=len(FAILURES))


def test_the_file_says_where_it_comes_from_and_warns(run_alone: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "athena.db", dream("bad", CLAMP.replace("min(x, high)", "x or '\x1b'")))
    run_alone("--athena-seed", "3")
    text = repro("1", "--output", "-").output
    assert "\x1b" not in text
    assert text.startswith("# A regression test of dream 1 (bad) of the procedure 'clamp'.\n")
    assert "# logic: returned another value" in text
    assert "#   call       clamp(" in text
    assert "#   contract   superset, run 1" in text
    assert "--athena-seed 3 athena.db::clamp::constraint_relaxation-1" in text
    assert "WITHOUT A JAIL" in text
    tree = ast.parse(text)
    assert not [node for node in tree.body if isinstance(node, ast.Expr)], "nothing runs when it is imported"


def test_it_writes_over_no_file_unless_told_to(run_alone: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "athena.db", dream("bad", CLAMP.replace("min(x, high)", "x")))
    run_alone()
    (pytester.path / "test_dream_1.py").write_text("mine")
    assert "exists already; give --force" in repro("1", status=2).output
    assert (pytester.path / "test_dream_1.py").read_text() == "mine"
    repro("1", "--force")
    assert "def test_dream_1()" in (pytester.path / "test_dream_1.py").read_text()


CONFIGURES = """import os, subprocess, urllib.request
def save(path: str, token: str) -> int:
    with open(path, "w") as file:
        file.write("é " + os.environ.get("TOKEN", "") + token)
    done = subprocess.run(["git", "add", path], capture_output=True)
    if done.returncode:
        os.remove(path)
        return done.returncode
    request = urllib.request.Request("http://api.example/save", data=b"{}", method="POST")
    with urllib.request.urlopen(request) as answer:
        return answer.status
"""
ACTING = {
    "files": CONFIGURES.replace("os.remove(path)", "pass"),
    "commands": CONFIGURES.replace('"add"', '"add", "-f"'),
    "requests": CONFIGURES.replace('method="POST"', 'method="PUT"'),
    "variables": CONFIGURES.replace('"TOKEN"', '"TOKE"'),
}


def test_a_failure_in_a_world_is_tested_in_that_world(run_alone: Run, pytester: pytest.Pytester) -> None:
    needs_worlds()
    wrong = [
        dream(label, code, procedure=CONFIGURES, contract="equivalent") for label, code in ACTING.items()
    ]
    make_store(pytester.path / "athena.db", *wrong)
    run_alone("--tb=no", "--athena-evidence=off").assert_outcomes(failed=len(ACTING))
    for label in ACTING:
        said = repro(label, "--output", f"test_{label}.py").output  # tries it with dream and procedure
        assert "it runs the dream in a jail" in said
    text = (pytester.path / "test_files.py").read_text(encoding="utf-8")
    assert "commands=(CommandAnswer(words=('git', 'add')" in text
    assert "WITHOUT A JAIL" not in text
    write_fixed(pytester.path / "test_commands.py", CONFIGURES)
    plain = (sys.executable, "-m", "pytest", "-q", "-p", "no:athena_dreams", "-p", "no:cacheprovider")
    seen = pytester.run(*plain, *(f"test_{label}.py" for label in ACTING), timeout=300)
    seen.assert_outcomes(failed=len(ACTING) - 1, passed=1)
    assert not (pytester.path / "a.txt").exists()


PARTS = "from types import SimpleNamespace\ndef h(s: SimpleNamespace) -> int:\n    return len(vars(s))\n"

REFUSED = {
    "good": (dream("good", CLAMP), "passed in run 1: there is no failure"),
    "blocked": (
        dream("blocked", "import os\ndef clamp(x, low, high): return os.fork()\n"),
        "outside the jail nothing refuses what it does",
    ),
    "flaky": (
        dream("flaky", "calls = []\n" + CLAMP.replace("max(", "calls.append(x) or (len(calls) == 5) + max(")),
        "the same call gives now one result, now another",
    ),
    "nothing-accepted": (
        dream(
            "nothing-accepted", "def g(n: int) -> int:\n    raise KeyError\n",
            procedure="def g(n: int) -> int:\n    raise ValueError\n",
        ),
        "was untestable in run 1",
    ),
    "no-name-for-a-value": (
        dream("no-name-for-a-value", PARTS.replace("len(vars(s))", "1 + len(vars(s))"), procedure=PARTS),
        "the procedure does not accept this call: NameError: name 'namespace' is not defined",
    ),
    "right-beside-the-test": (
        dream("right-beside-the-test", "import sys\n" + CLAMP.replace("min(x,", "min(x + ALONE,")
              + "ALONE = 'pytest_athena_dreams.compare' not in sys.modules\n"),
        "passes with the dream, which failed in its run",
    ),
}  # fmt: skip


def test_where_no_test_would_do_it_says_why(run_alone: Run, pytester: pytest.Pytester) -> None:
    make_store(
        pytester.path / "athena.db", *(line for line, _ in REFUSED.values()), dream("new", CLAMP, tier=2)
    )
    run_alone("--tb=no", "--athena-explore=0")
    for label, (_, reason) in REFUSED.items():
        output = repro(label, status=2).output
        assert reason in output.replace("\n", " "), (label, output)
    assert "waits for a test" in repro("new", status=2).output
    assert "no dream with the id or label 'none'" in repro("none", status=2).output
    assert not list(pytester.path.glob("test_dream_*"))


@given(st.text(st.characters()) | st.text("\"'\\\n\r\t\0a{"))
def test_any_text_is_aliteral(text: str) -> None:
    for written in (literal(text), quoted(text)):
        written.encode()
        assert ast.literal_eval(written) == text
