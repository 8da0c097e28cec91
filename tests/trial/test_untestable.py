"""A procedure that can't be run, or on no input: the third outcome, and never the dream's failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Outcome, Reason
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.signatures import Signature
from pytest_athena_dreams.trial import Engine

from .test_engine import dream_of, verdict


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Settings(max_examples=30, effects="off"), Policy()) as engine:
        yield engine


PROCEDURES = {
    "missing-package": (
        "import not_installed\ndef f(n: int) -> int:\n    return not_installed.f(n)\n",
        Reason.MISSING_PACKAGE,
        ["No module named 'not_installed'", "line 1: import not_installed", "--athena-allow-read"],
    ),
    "missing-helper-in-a-call": (
        "def f(n: int) -> int:\n    from helpers import f\n    return f(n)\n",
        Reason.MISSING_PACKAGE,
        ["No module named 'helpers'", "line 2: from helpers import f", "--athena-allow-read"],
    ),
    "file-reader": (
        "def f(path: str) -> str:\n    with open(path) as file:\n        return file.read()\n",
        Reason.NO_INPUT,
        [
            "FileNotFoundError",
            "on none of",
            "line 2: with open(path) as file:",
            "; give paths that exist by pytest_athena_dreams_strategy, and let it read them by --athena-",
        ],
    ),
    "a-file-that-nobody-has": (
        "def f() -> str:\n    with open('/etc/nobody-has/this.ini') as file:\n        return file.read()\n",
        Reason.NO_INPUT,
        ["; create that, and let it read it by --athena-allow-read=PATH, or let it take the path as an "],
    ),
    "a-file-outside": (
        "def f(n: int) -> str:\n    with open('/etc/passwd') as file:\n        return file.read()[:n]\n",
        Reason.REFUSED,
        [
            "the jail refused to open /etc/passwd on 30",
            "line 2: with open",
            "; let it read that by --athena-allow-read=",
        ],
    ),
    "class-without-entry-point": (
        "class F:\n    n = 1\n    def go(self) -> int:\n        return self.n\n",
        Reason.NO_ENTRY_POINT,
        ["has the methods F.go; name a function or Class.method as the procedure's entry_point"],
    ),
    "file-writer": (
        "def f(n: int) -> int:\n    open('/tmp/out', 'w').write(str(n))\n    return n\n",
        Reason.REFUSED,
        [
            "the jail refused to open /tmp/out for writing on 30",
            "; only files in its working folder can be compared: let it take the path as an argument",
        ],
    ),
    "command": (
        "import subprocess\ndef f(n: int) -> bytes:\n    return subprocess.run(['git'], stdout=-1).stdout\n",
        Reason.REFUSED,
        [
            "the jail refused to run git on 30",
            "; commands and processes can't run in the jail: --athena-effects=auto simulates commands",
        ],
    ),
    "http": (
        "import urllib.request as r\ndef f(n: int) -> bytes:\n    return r.urlopen('http://example.org').read()\n",
        Reason.REFUSED,
        [
            "the jail refused to look up example.org on 30",
            "; the network is closed: --athena-effects=auto simulates HTTP and mail",
        ],
    ),
    "missing-helper": (
        "from helpers import g\ndef f(n: int) -> int:\n    return g(n)\n",
        Reason.MISSING_PACKAGE,
        ["No module named 'helpers'", "line 1: from helpers import g", "; install it where pytest runs, or"],
    ),
    "names-only": (
        "x = 3\ny = x + 1\n",
        Reason.NO_ENTRY_POINT,
        ["defines no function; put what it does into a function, with what it reads as parameters"],
    ),
    "too-slow": (
        "import time\ndef f(n: int) -> int:\n    time.sleep(0.4)\n    return n\n",
        Reason.TOO_SLOW,
        [
            "it ran out of time on 18, and after so many hangs it was not run on the other 12; ",
            "; give it more time by --athena-timeout=SECONDS: a procedure gets a quarter of that for each ",
        ],
    ),
    "broken": (
        "def f(n: int) -> int:\n    return n\nraise RuntimeError('not ready')\n",
        Reason.NOT_LOADED,
        ["RuntimeError: not ready", "line 3: raise RuntimeError('not ready')", "fix the procedure"],
    ),
    "no-strategy": (
        "import socket\ndef f(s: socket.socket) -> int:\n    return 1\n",
        Reason.NO_INPUT,
        ["pytest_athena_dreams_strategy"],
    ),
}


PARSER = "import json\ndef f(text: str) -> int:\n    return json.loads(text)['key']\n"
CHECKSUM = (
    "import zlib\ndef f(text: str) -> int:\n"
    "    if zlib.crc32(text.encode(errors='replace')) % 99_991 != 7:\n        raise ValueError(text)\n"
    "    return 1\n"
)
VARIABLE = "import os\ndef f(n: int) -> str:\n    return os.environ['DREAM_COLOUR'] * n\n"


@pytest.mark.parametrize("contract", [Contract.EQUIVALENT, Contract.SUPERSET, Contract.COMPATIBLE])
@pytest.mark.parametrize(("procedure", "reason", "words"), PROCEDURES.values(), ids=PROCEDURES.keys())
def test_a_procedure_that_can_not_be_run_is_not_the_dreams_failure(
    engine: Engine, procedure: str, reason: Reason, words: list[str], contract: Contract
) -> None:
    for code in (procedure, "def f(*args: object) -> int:\n    return 1\n"):
        found = verdict(engine, code, procedure, contract)
        assert (found.outcome, found.reason) == (Outcome.UNTESTABLE, reason), found.text
        assert found.category is None
        assert "procedure 'f' (id 1)" in found.text
        for word in words:
            assert word in found.text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Helpers, a package, and two files to read."""
    folder = tmp_path_factory.mktemp("granted")
    (folder / "helpers.py").write_text("def f(n): return n\ndef g(n): return n + 1\n")
    (folder / "not_installed").mkdir()
    (folder / "not_installed" / "__init__.py").write_text("def f(n): return -n\n")
    (folder / "one.txt").write_text("first")
    (folder / "two.txt").write_text("second")
    return folder


@pytest.fixture(scope="module")
def remedied(folder: Path) -> Iterator[Engine]:
    """An engine with every remedy that is a setting or a hook."""
    settings = Settings(max_examples=8, timeout=4, dream_timeout=60, effects="off")
    policy = Policy(read_paths=(str(folder), "/etc/passwd"), environment=(("DREAM_COLOUR", "red"),))
    paths = [str(folder / name) for name in ("one.txt", "two.txt")]

    def strategies(_: str, signature: Signature) -> dict[str, st.SearchStrategy[str]]:
        given = {"path": st.sampled_from(paths), "text": st.sampled_from(['{"key": 1}', '{"key": 2}'])}
        return {p.name: given[p.name] for p in signature.parameters if p.name in given}

    with Engine(settings, policy, strategies) as engine:
        yield engine


@pytest.mark.parametrize(
    ("procedure", "wrong", "entry_point"),
    [
        ("missing-package", ("f(n)\n", "f(n + 1)\n"), None),
        ("missing-helper", ("g(n)", "g(n + 1)"), None),
        ("missing-helper-in-a-call", ("f(n)\n", "f(n + 1)\n"), None),
        ("file-reader", ("file.read()", "file.read()[1:]"), None),
        ("a-file-outside", ("[:n]", "[n:]"), None),
        (PARSER, ("['key']", "['key'] + 1"), None),
        (VARIABLE, ("* n", "* 2"), None),
        ("class-without-entry-point", ("n = 1", "n = 2"), "F.go"),
    ],
)
def test_with_the_remedy_the_dream_gets_its_verdict(
    remedied: Engine, procedure: str, wrong: tuple[str, str], entry_point: str | None
) -> None:
    code = PROCEDURES[procedure][0] if procedure in PROCEDURES else procedure
    same = remedied.test(dream_of(code, code, entry_point=entry_point))
    assert same.outcome is Outcome.SUCCESS, (same.text, same.faults)
    other = remedied.test(dream_of(code.replace(*wrong), code, entry_point=entry_point))
    assert other.category is Category.LOGIC, (other.text, other.faults)


def test_with_more_time_a_slow_procedure_s_dream_gets_its_verdict() -> None:
    code = PROCEDURES["too-slow"][0]
    with Engine(Settings(max_examples=2, timeout=4, effects="off"), Policy()) as engine:
        same = engine.test(dream_of(code, code))
        assert same.outcome is Outcome.SUCCESS, (same.text, same.faults)
        other = engine.test(dream_of(code.replace("return n", "return 0"), code))
        assert other.category is Category.LOGIC, (other.text, other.faults)


RAISING = {
    "variable": (VARIABLE, "KeyError", "; let it see the variable by --athena-allow-env=NAME"),
    "checksum": (
        CHECKSUM,
        "ValueError",
        "; give inputs that it accepts by annotations, a docstring example",
    ),
}


@pytest.mark.parametrize("contract", [Contract.SUPERSET, Contract.COMPATIBLE])
@pytest.mark.parametrize(("procedure", "raised", "remedy"), RAISING.values(), ids=RAISING.keys())
def test_a_procedure_that_raises_on_all_inputs_says_what_to_give_it(
    engine: Engine, procedure: str, raised: str, remedy: str, contract: Contract
) -> None:
    """Under ``equivalent`` what it raises is compared."""
    for code in (procedure, "def f(*args: object) -> int:\n    return 1\n"):
        found = verdict(engine, code, procedure, contract)
        assert (found.outcome, found.reason) == (Outcome.UNTESTABLE, Reason.NO_INPUT), found
        assert raised in found.text
        assert remedy in found.text


ASKS = """
import urllib.request
def f(n: int, dry: bool = False) -> str:
    if {path}:
        return "nothing to do"
    try:
        return urllib.request.urlopen(f"http://127.0.0.1/{{n}}").read()
    except Exception as exc:
        return f"Error: {{type(exc).__name__}}"
"""


def test_a_pass_on_the_few_inputs_on_which_the_procedure_does_not_act_is_untestable(engine: Engine) -> None:
    """Otherwise a dream that acts wrongly passes by what it does on bad input."""
    mostly_acts = ASKS.format(path="n % 10 == 0")
    found = verdict(engine, mostly_acts.replace("/{n}", "/{n}/delete"), mostly_acts)
    assert (found.outcome, found.reason) == (Outcome.UNTESTABLE, Reason.REFUSED), found
    assert "could be compared on " in found.text
    assert "of 30 inputs only: the jail refused to" in found.text
    wrong = mostly_acts.replace("nothing", "something")
    assert verdict(engine, wrong, mostly_acts).category is Category.LOGIC


def test_a_pass_names_the_inputs_on_which_the_procedure_was_refused_something(engine: Engine) -> None:
    seldom_acts = ASKS.format(path="n % 10")
    found = verdict(engine, seldom_acts, seldom_acts)
    assert found.outcome is Outcome.SUCCESS, found.text
    assert "of 30 inputs on which the jail refused something to the procedure" in str(
        found.figures.not_compared
    )


def test_a_dream_that_does_not_compile_fails_whatever_its_procedure_does(engine: Engine) -> None:
    assert verdict(engine, "def f(:\n", PROCEDURES["missing-package"][0]).category is Category.SYNTAX


def test_a_dream_that_needs_a_package_of_its_own_fails(engine: Engine) -> None:
    base = "def f(n: int) -> int:\n    return n\n"
    assert verdict(engine, f"import not_installed\n{base}", base).category is Category.DEPENDENCY


def test_a_free_dream_that_lacks_its_procedures_package_is_untestable(engine: Engine) -> None:
    lacking = PROCEDURES["missing-package"][0]
    found = engine.test(dream_of(lacking, lacking, Contract.FREE))
    assert (found.outcome, found.reason) == (Outcome.UNTESTABLE, Reason.MISSING_PACKAGE)
    alone = engine.test(dream_of(lacking, None, Contract.FREE))
    assert alone.category is Category.DEPENDENCY


VARYING = {
    "order-by-hash-seed": (
        "def f(xs: list[str]) -> list[str]:\n    return list(set(xs))\n",
        "def f(xs: list[str]) -> list[str]:\n    return list(dict.fromkeys(xs))\n",
        "def f(xs: list[str]) -> list[str]:\n    return list(dict.fromkeys(xs))[1:]\n",
    ),
    "order-in-text": (
        "def f(xs: list[str]) -> str:\n    return ','.join({x[:1] for x in xs})\n",
        "def f(xs: list[str]) -> str:\n    return ','.join(dict.fromkeys(x[:1] for x in xs))\n",
        "def f(xs: list[str]) -> str:\n    return None\n",
    ),
    "few-valued-chance": (
        "import random\ndef f(n: int) -> bool:\n    return random.random() < 0.9\n",
        "import random\ndef f(n: int) -> bool:\n    return random.choice([True, False])\n",
        "def f(n: int) -> int:\n    return 1\n",
    ),
    "an-id": (
        "def f(n: int) -> int:\n    return id(object()) % 4096\n",
        "def f(n: int) -> int:\n    return id([]) % 4096\n",
        "def f(n: int) -> str:\n    return ''\n",
    ),
    "time-of-day": (
        "import time\ndef f(n: int) -> int:\n    return int(time.time() * 5) % 2\n",
        "import time\ndef f(n: int) -> int:\n    return int(time.time() * 5 + 1) % 2\n",
        "def f(n: int) -> str:\n    return ''\n",
    ),
}


@pytest.mark.parametrize(("procedure", "right", "wrong"), VARYING.values(), ids=VARYING.keys())
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_varies_in_a_procedure_is_left_out_of_every_comparison(
    procedure: str, right: str, wrong: str, seed: int
) -> None:
    with Engine(Settings(seed=seed, effects="off"), Policy()) as engine:
        for code in (procedure, right):
            found = verdict(engine, code, procedure)
            assert found.outcome is Outcome.SUCCESS, found.faults
        assert verdict(engine, wrong, procedure).category is Category.LOGIC


ODD = "def f(n: int) -> int:\n    if n % 2:\n        return n\n    {}\n"
EITHER = {
    "which-exception-by-hash-seed": (
        ODD.format("raise KeyError if hash(str(n)) % 2 else IndexError"),
        ODD.format("raise KeyError"),
        ODD.format("return n"),
        "whether the call raises IndexError or raises KeyError, which varies in the procedure's own runs",
    ),
    "returned-or-raised-by-hash-seed": (
        ODD.format("return n if hash(str(n)) % 2 else [][0]"),
        ODD.format("return n"),
        ODD.format("raise ValueError"),
        "whether the call returns or raises IndexError, which varies in the procedure's own runs",
    ),
}


@pytest.mark.parametrize(("procedure", "right", "wrong", "note"), EITHER.values(), ids=EITHER.keys())
def test_whichever_the_procedure_does_by_chance_is_right(
    procedure: str, right: str, wrong: str, note: str
) -> None:
    with Engine(Settings(max_examples=30, effects="off"), Policy()) as engine:
        for code in (procedure, right):
            found = verdict(engine, code, procedure, Contract.EQUIVALENT)
            assert found.outcome is Outcome.SUCCESS, found.faults
            assert note in str(found.figures.not_compared)
        assert verdict(engine, wrong, procedure, Contract.EQUIVALENT).outcome is Outcome.FAILURE


TIMED = "import time\ndef f(n: int) -> dict:\n    return {{'sum': {}, 'took': {}}}\n"
STAMPED = "import time\nclass A:\n    def __init__(self, n: int):\n        self.n = n\n"
STAMPED += "def f(a: A) -> int:\n    a.at = {}\n    a.{} = a.n + 1\n    return 0\n"
PARTLY = {
    "seconds-beside-a-value": (
        TIMED.format("n + 1", "time.perf_counter()"),
        TIMED.format("1 + n", "-time.perf_counter()"),
        [TIMED.format("n + 2", "time.perf_counter()"), TIMED.format("n + 1", "str(time.perf_counter())")],
        "result['took'], which vary in the procedure's own results: their types were compared",
    ),
    "a-stamp-on-an-argument": (
        STAMPED.format("time.perf_counter()", "more"),
        STAMPED.format("-time.perf_counter()", "more"),
        [STAMPED.format("time.perf_counter()", "less"), STAMPED.format("None", "more")],
        "arguments[0].at, arguments['a'].at, which vary in the procedure's own results: their types",
    ),
}


@pytest.mark.parametrize(("procedure", "right", "wrong", "note"), PARTLY.values(), ids=PARTLY.keys())
def test_only_the_parts_that_vary_are_left_out(
    procedure: str, right: str, wrong: list[str], note: str
) -> None:
    with Engine(Settings(max_examples=30, effects="off"), Policy()) as engine:
        for code in (procedure, right):
            found = verdict(engine, code, procedure, Contract.EQUIVALENT)
            assert found.outcome is Outcome.SUCCESS, found.faults
            assert note in str(found.figures.not_compared)
        for code in wrong:
            assert verdict(engine, code, procedure, Contract.EQUIVALENT).category is Category.LOGIC
