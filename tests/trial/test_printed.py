"""What calls print is part of what they do: both streams, by whatever code, one call at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Outcome
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine

from .test_engine import verdict


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(
        Settings(max_examples=12, shrink_time=0.2, evidence="off", effects="off"), Policy()
    ) as engine:
        yield engine


def code(statement: str, modules: str = "sys") -> str:
    return f"import {modules}\ndef f(n: int) -> int:\n    {statement}\n    return n\n"


PRINTS = {
    "print": code("print('n is', {0})"),
    "to-standard-error": code("print('n is', {0}, file=sys.stderr)"),
    "write": code("sys.stdout.write(f'{{ {0} }}')"),
    "bytes": code("sys.stdout.buffer.write(b'%d' % {0})"),
    "the-system-call": code("os.write(1, b'%d' % {0})", "os"),
    "c": code("ctypes.CDLL(None).printf(b'%d', ctypes.c_int(hash({0})))", "ctypes"),
    "another-file-object": code("open(1, 'w', closefd=False).write(str({0}))"),
    "a-stream-in-its-place": code(
        "sys.stdout = io.TextIOWrapper(open(1, 'wb', closefd=False)); print({0})", "io, sys"
    ),
    "a-codec": code(
        "sys.stdout = codecs.getwriter('utf-8')(sys.__stdout__.buffer); print({0})", "codecs, sys"
    ),
    "logging": code("logging.getLogger().warning('%s', {0})", "logging"),
    "a-thread": code("t = threading.Thread(target=print, args=({0},)); t.start(); t.join()", "threading"),
    "a-generator": "def f(n: int):\n    yield n\n    print({0})\n",
    "before-it-raises": "def f(n: int):\n    print({0})\n    raise ValueError(n)\n",
    "much": code("print('x' * 300_000, {0})"),
    "not-text": code("sys.stdout.buffer.write(bytes([255, {0} % 2]))"),
}


@pytest.mark.parametrize("template", PRINTS.values(), ids=PRINTS)
def test_another_text_is_seen(engine: Engine, template: str) -> None:
    base, other = template.format("n"), template.format("(n + 1)")
    found = verdict(engine, other, base, Contract.EQUIVALENT)
    assert found.outcome is Outcome.FAILURE
    assert found.category is Category.LOGIC
    stream = "standard error" if "stderr" in base or "logging" in base else "standard output"
    assert found.faults[0].summary.startswith(f"printed another text to {stream}")
    silent = base.replace("print(", "(lambda *_, **__: None)(")
    if silent != base:
        assert verdict(engine, silent, base, Contract.EQUIVALENT).category is Category.LOGIC
        assert verdict(engine, base, silent, Contract.EQUIVALENT).category is Category.LOGIC
    copy = verdict(engine, base, base, Contract.EQUIVALENT)
    assert copy.outcome is not Outcome.FAILURE, copy.faults
    if "raise" not in base:
        assert copy.outcome is Outcome.SUCCESS
        assert copy.figures.not_compared is None


def test_a_failure_shows_both_texts(engine: Engine) -> None:
    base = code("print('total', n)")
    fault = verdict(engine, base.replace("total", "sum of all"), base).faults[0]
    assert (fault.expected, fault.got) == ("printed 'total 0\\n'", "printed 'sum of all 0\\n'")
    lines = code("print(*range(40), sep='\\n')")
    fault = verdict(engine, lines.replace("range(40)", "range(39), 'x'"), lines).faults[0]
    assert "- '39\\n'" in [line.replace("    ", "") for line in fault.contrast]
    both = code("print(n); print(-n, file=sys.stderr)")
    other = code("print(n, '!'); print(-n, '?', file=sys.stderr)")
    fault = verdict(engine, other, both).faults[0]
    assert fault.summary == "printed another text to standard output and standard error"
    assert fault.expected == "printed '0\\n' to standard output, '0\\n' to standard error"
    fault = verdict(engine, base.replace("print('total', n)", "pass"), base).faults[0]
    assert fault.got == "printed nothing"


def test_a_value_comes_before_the_output_and_both_are_told(engine: Engine) -> None:
    base = code("print(n)")
    found = verdict(
        engine, base.replace("print(n)", "print(-n)").replace("return n", "return n + n % 2"), base
    )
    assert [fault.summary.partition(" at ")[0] for fault in found.faults] == [
        "returned another value",
        "printed another text to standard output",
    ] or len(found.faults) == 1


CAUGHT = "import traceback\ndef f(n: int):\n    try:\n        1 / 0\n    except Exception:\n"
CAUGHT += "        traceback.print_exc()\n"
ADDRESSES = "class A: ...\ndef f(n: int):\n    print(A(), f, object())\n"
SAME = {
    "a-traceback-from-another-line": (
        code("traceback.print_exception(ValueError('x'))\n    warnings.warn('odd')", "traceback, warnings"),
        "# a comment\n"
        + code("traceback.print_exception(ValueError('x'))\n    warnings.warn('odd')", "traceback, warnings"),
    ),
    "a-caught-exception": (CAUGHT, CAUGHT.replace("\ndef", "\n\n\n\n\n\n\n\n\ndef")),
    "addresses": (
        ADDRESSES,
        ADDRESSES.replace("\n    print", "\n    kept = [A(), A()]\n    print"),
    ),
    "in-pieces": (
        code("print('ab')"),
        code("sys.stdout.write('a'); os.write(2, b''); print('b')", "os, sys"),
    ),
    "to-a-stream-of-its-own": (
        code("print(n, file=io.StringIO())", "io"),
        code("with contextlib.redirect_stdout(io.StringIO()): print(n, n)", "contextlib, io"),
    ),
    "while-it-loads": (code("pass"), "print('loading')\n" + code("pass")),
}


@pytest.mark.parametrize(("base", "other"), SAME.values(), ids=SAME)
def test_what_says_nothing_of_the_behaviour_does_not_count(engine: Engine, base: str, other: str) -> None:
    found = verdict(engine, other, base)
    assert found.outcome is Outcome.SUCCESS, found.faults


def test_a_pure_procedure_prints_nothing(engine: Engine) -> None:
    pure = "def f(n: int) -> int:\n    return n\n"
    found = verdict(engine, pure.replace("return n", "print('debug', n)\n    return n"), pure)
    assert found.category is Category.LOGIC
    assert found.faults[0].expected == "printed nothing"


def test_unsteady_output_is_left_out_on_every_input_and_the_verdict_says_so(engine: Engine) -> None:
    base = "import sys, time\ndef f(n: int) -> int:\n    print(n, file=sys.stderr)\n"
    base += (
        "    if n == 0:\n        print(time.perf_counter_ns())\n    else:\n        print(n)\n    return n\n"
    )
    found = verdict(engine, base.replace("print(n)", "print(-n)"), base)
    assert found.outcome is Outcome.SUCCESS
    assert found.figures.not_compared == "standard output, which varied between runs of the procedure itself"
    assert verdict(engine, base.replace("print(n, ", "print(-n, "), base).category is Category.LOGIC
    assert verdict(engine, base.replace("return n", "return -n"), base).category is Category.LOGIC


def test_a_dream_with_unsteady_output_is_flaky_or_wrong(engine: Engine) -> None:
    base = code("print(n)", "time")
    assert verdict(engine, base.replace("print(n)", "print(time.time_ns())"), base).outcome is Outcome.FAILURE
    first = "print('a' if {} else 'b')"
    seeded = code(first.format("os.environ['PYTHONHASHSEED'] == '0'"), "os")
    found = verdict(engine, seeded, code("print('a')"))
    assert found.category is Category.FLAKY
    assert found.faults[0].summary == "the same input printed different texts to standard output"
    assert found.faults[0].got == "printed 'a\\n', then printed 'b\\n'"


def test_the_contract_says_whether_output_counts(engine: Engine) -> None:
    base, other = code("print(n)"), code("print(-n)")
    assert verdict(engine, other, base, Contract.SUPERSET).outcome is Outcome.FAILURE
    assert verdict(engine, other, base, Contract.COMPATIBLE).outcome is Outcome.SUCCESS
    assert verdict(engine, other, base, Contract.FREE).outcome is Outcome.SUCCESS


def test_a_setting_leaves_output_out() -> None:
    base, other = code("print(n)"), code("print(-n)")
    with Engine(Settings(max_examples=5, output_compare="off"), Policy()) as engine:
        found = verdict(engine, other, base)
        silent = verdict(engine, code("pass"), code("pass"))
    assert found.outcome is Outcome.SUCCESS
    assert found.figures.not_compared == "what was printed: --athena-output-compare is off"
    assert silent.figures.not_compared is None


def test_too_much_output_is_a_resource_and_the_limit_is_for_each_call(engine: Engine) -> None:
    quiet = code("pass")
    for stream in ("stdout", "stderr"):
        big = code(f"print('x' * 2_000_000, file=sys.{stream})")
        assert verdict(engine, big, quiet).category is Category.RESOURCE
        half = code(f"print('x' * 500_000, file=sys.{stream})")
        assert verdict(engine, half, half).outcome is Outcome.SUCCESS


def test_the_evidence_of_a_pass_counts_what_is_printed() -> None:
    base = "def f(n: int) -> None:\n    print(n + 1)\n"
    with Engine(Settings(max_examples=10), Policy()) as engine:
        found = verdict(engine, base, base)
    assert found.figures.evidence == 1.0
