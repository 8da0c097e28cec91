"""A refusal is no agreement, swallowed or not: an input on which the procedure was refused something is left out."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Outcome, Reason
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine

from .test_engine import dream_of, verdict

SWALLOWED = {
    "reads a file": "open('/etc/passwd').read()",
    "writes a file": "open('/tmp/out.txt', 'w').write('x')",
    "runs a command": "__import__('subprocess').run(['git', 'status'], capture_output=True).stdout",
    "runs a shell": "['', 1][bool(__import__('os').system('git status'))] and 1 / 0",
    "asks the network": "__import__('urllib.request').request.urlopen('http://127.0.0.1:9/x').read()",
    "looks up a name": "__import__('socket').gethostbyname('example.org')",
}


def code(effect: str, text: str = "Error") -> str:
    return f"def f(n: int) -> str:\n    try:\n        return str({effect})\n    except Exception as e:\n        return '{text}'\n"


@pytest.mark.parametrize("contract", [Contract.EQUIVALENT, Contract.SUPERSET])
@pytest.mark.parametrize("effect", SWALLOWED.values(), ids=SWALLOWED.keys())
def test_a_swallowed_refusal_is_seen(effect: str, contract: Contract) -> None:
    with Engine(Settings(max_examples=10, effects="off"), Policy()) as engine:
        for dream in (code(effect), code(effect, "Failure"), "def f(n: int) -> str:\n    return 'Error'\n"):
            found = verdict(engine, dream, code(effect), contract)
            assert (found.outcome, found.reason) == (Outcome.UNTESTABLE, Reason.REFUSED), found
            assert "the jail refused" in found.text


@pytest.mark.parametrize("contract", [Contract.EQUIVALENT, Contract.SUPERSET, Contract.COMPATIBLE])
@pytest.mark.parametrize("effect", SWALLOWED.values(), ids=SWALLOWED.keys())
def test_a_dream_is_refused_what_its_procedure_does_not_ask_for(effect: str, contract: Contract) -> None:
    procedure = "def f(n: int) -> str:\n    return 'Error'\n"
    with Engine(Settings(max_examples=10, effects="off"), Policy()) as engine:
        found = verdict(engine, code(effect), procedure, contract)
        free = engine.test(dream_of(code(effect), None, Contract.FREE))
    for one in (found, free):
        assert (one.outcome, one.category) == (Outcome.FAILURE, Category.BLOCKED), one
        assert one.faults[0].summary.startswith("the jail refused ")


def test_a_refusal_of_one_input_is_that_input_s() -> None:
    procedure = "def f(n: int) -> int:\n    return n\n"
    dream = "import os\ndef f(n: int) -> int:\n    if n == 7: os.path.isdir('/home')\n    return n\n"
    with Engine(Settings(effects="off"), Policy()) as engine:
        (fault,) = verdict(engine, dream, procedure).faults
    assert (fault.category, fault.summary, fault.call) == (
        Category.BLOCKED,
        "the jail refused to stat /home",
        "f(7)",
    )


ONCE = {
    "looks once": "import os\nfound = []\ndef f(n):\n    if not found: found.append(os.path.exists('/etc/passwd'))\n    return n * 2\n",
    "writes once": "found = []\ndef f(n):\n    if not found:\n        found.append(1)\n        try: open('/tmp/x', 'w')\n        except OSError: pass\n    return n * 2\n",
    "a name at random": "import os, random\ndef f(n: int) -> int:\n    if n % 3 == 0: os.path.lexists('/usr/bin/' + random.choice(['env', 'awk', 'sed']))\n    return n\n",
}


@pytest.mark.parametrize("procedure", ONCE.values(), ids=ONCE.keys())
def test_a_copy_is_refused_what_its_procedure_is_refused_once(procedure: str) -> None:
    with Engine(Settings(max_examples=30, effects="off"), Policy()) as engine:
        found = verdict(engine, procedure, procedure)
    assert found.outcome is Outcome.SUCCESS, (found.text, found.faults)


def test_only_the_inputs_with_a_refusal_are_left_out() -> None:
    base = "def f(n: int) -> int:\n    if n % 2:\n        try:\n            open('/etc/passwd')\n        except OSError:\n"
    base += "            return -1\n    return n\n"
    with Engine(Settings(effects="off"), Policy()) as engine:
        found = verdict(engine, base.replace("-1", "-2"), base)
    assert found.outcome is Outcome.SUCCESS
    assert 20 < found.figures.accepted < 80


def test_a_setting_compares_what_the_code_does_after_a_refusal() -> None:
    effect = SWALLOWED["reads a file"]
    with Engine(Settings(max_examples=10, refusals="compare", effects="off"), Policy()) as engine:
        same = verdict(engine, code(effect), code(effect))
        other = verdict(engine, code(effect, "Failure"), code(effect))
    assert same.outcome is Outcome.SUCCESS
    assert "refused calls were compared" in str(same.figures.not_compared)
    assert other.outcome is Outcome.FAILURE


QUIET = {
    "loads numpy": "def f(n: int) -> int:\n    import numpy, pandas\n    return int(numpy.sign(n % 9))\n",
    "counts processors": "import os, mimetypes\ndef f(n: int) -> int:\n    return [os.cpu_count(), mimetypes.guess_type('a')] and n\n",
    "shows a traceback": "import traceback\ndef f(n: int) -> int:\n    return len(traceback.format_stack()) and n\n",
    "writes to nowhere": "import os\ndef f(n: int) -> int:\n    with open(os.devnull, 'w') as file: file.write('x')\n    return n\n",
    "resolves its folder": "import pathlib\ndef f(n: int) -> int:\n    return pathlib.Path('a').resolve().exists() + n\n",
    "knows a time zone": "import datetime, zoneinfo\ndef f(n: int) -> str:\n    return str(datetime.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Paris')))\n",
    "looks whether a file is there": "import os\ndef f(n: int) -> bool:\n    return os.path.exists('/no/such/file')\n",
    "tries a file that is not there": "def f(n: int) -> int:\n    try:\n        open('/no/such/file')\n"
    "    except OSError:\n        pass\n    return n\n",
    "imports in a call": "def f(n: int) -> str:\n    import json, decimal, email.message, xml.dom.minidom\n"
    "    return json.dumps(n)\n",
    "knows the time": "import datetime, time\ndef f(n: int) -> str:\n    return time.strftime('%Y', time.gmtime(n % 9))\n",
    "reads a library's text": "import json\ndef f(n: int) -> int:\n    return len(open(json.__file__).read()) + n\n",
}


@pytest.mark.parametrize("procedure", QUIET.values(), ids=QUIET.keys())
def test_what_is_not_refused_counts(procedure: str) -> None:
    with Engine(Settings(max_examples=10, timeout=20, effects="off"), Policy()) as engine:
        found = verdict(engine, procedure, procedure)
    assert found.outcome is Outcome.SUCCESS, found.text
    assert found.figures.accepted == found.figures.tried


def at_load(effect: str, result: str = "n") -> str:
    return f"try:\n    found = {effect}\nexcept Exception:\n    found = None\ndef f(n: int) -> int:\n    return {result}\n"


@pytest.mark.parametrize("effect", SWALLOWED.values(), ids=SWALLOWED.keys())
def test_a_procedure_that_is_refused_something_while_it_loads_is_untestable(effect: str) -> None:
    with Engine(Settings(max_examples=10, effects="off"), Policy()) as engine:
        found = verdict(engine, "def f(n: int) -> int:\n    return n\n", at_load(effect))
    assert (found.outcome, found.reason) == (Outcome.UNTESTABLE, Reason.REFUSED), found
    assert "while it loaded, the jail refused to " in found.text


@pytest.mark.parametrize("effect", SWALLOWED.values(), ids=SWALLOWED.keys())
def test_a_dream_that_is_refused_something_while_it_loads_is_blocked(effect: str) -> None:
    with Engine(Settings(max_examples=10, effects="off"), Policy()) as engine:
        found = verdict(engine, at_load(effect), "def f(n: int) -> int:\n    return n\n")
        free = engine.test(dream_of(at_load(effect), None, Contract.FREE))
    for one in (found, free):
        assert (one.outcome, one.category) == (Outcome.FAILURE, Category.BLOCKED), one
        assert one.faults[0].summary.endswith(", while the dream loaded")


def test_a_setting_compares_code_that_was_refused_something_while_it_loaded() -> None:
    effect = SWALLOWED["reads a file"]
    with Engine(Settings(max_examples=10, refusals="compare", effects="off"), Policy()) as engine:
        same = verdict(engine, at_load(effect, "n + 0"), at_load(effect))
        other = verdict(engine, at_load(effect, "n + 1"), at_load(effect))
        more = verdict(engine, at_load(SWALLOWED["runs a shell"]), at_load(effect))
    assert same.outcome is Outcome.SUCCESS
    assert "refused calls were compared" in str(same.figures.not_compared)
    assert (other.category, more.category) == (Category.LOGIC, Category.BLOCKED)


PROBING = "import ctypes.util, multiprocessing, numpy, pandas, platform, ssl, tempfile, webbrowser\n"


def test_what_packages_are_refused_while_they_are_imported_does_not_count() -> None:
    procedure = "def f(n: int) -> int:\n    return n\n"
    with Engine(Settings(max_examples=10, timeout=20, effects="off"), Policy()) as engine:
        for dream, base in ((PROBING + procedure, procedure), (procedure, PROBING + procedure)):
            found = verdict(engine, dream, base)
            assert found.outcome is Outcome.SUCCESS, (found.text, found.faults)
