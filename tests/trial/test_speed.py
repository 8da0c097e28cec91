"""How the speed of a dream is measured: against its procedure in a child like the dream's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.dreaming.improvement import FASTER
from pytest_athena_dreams.models import Contract, Dream, Outcome, Procedure
from pytest_athena_dreams.source.purity import is_pure
from pytest_athena_dreams.trial import Engine, policy_of
from pytest_athena_dreams.trial.answers import Answers
from pytest_athena_dreams.trial.lab import Jails, Lab
from pytest_athena_dreams.trial.reference import References
from pytest_athena_dreams.trial.speed import DOUBTED_SPEED, MAX_ROUNDS, MIN_ROUNDS, Lap, decided

IMPURE = "def same(a: list[int]) -> list[int]:\n    a += list(set(a))\n    return a\n"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    settings = Settings(max_examples=10)
    jails = Jails(policy_of(settings, {}))
    yield Lab(settings, jails, lambda *_: {})
    jails.close()


def test_a_procedure_is_timed_without_what_a_trusted_one_reports(lab: Lab) -> None:
    """An audit hook in its process made copies of it up to twice as fast."""
    assert not is_pure(IMPURE)
    answers = Answers(lab)
    reference = References(lab).of(Procedure(id=1, name="same", code=IMPURE))
    assert reference.source.trusted
    assert reference.source.audited
    timed = answers.timed(reference)
    assert not timed.source.trusted
    assert timed.source.audited
    assert timed.source.share == 1.0
    assert answers.timed(reference) is timed
    payload = next(iter(reference.returned))
    assert timed.run([payload], timeout=5)[0].took > 0
    answers.close()


LOOPS = """\
def total(n: int, deep: int = 3) -> int:
    found = 0
    for step in range(3_000 + n % 50):
        found += step * n
    return found * deep
"""
PATCHED = """\
import sys
for module in list(sys.modules.values()):
    for name in ("_clock", "perf_counter", "monotonic", "time", "process_time"):
        real = getattr(module, name, None)
        if callable(real):
            try:
                setattr(module, name, lambda real=real: real() / 10)
            except Exception:
                pass
"""
INNER = LOOPS.replace("def total", "def _total")
CHEATS = {
    "a cache of functools": "import functools\n@functools.lru_cache(None)\n" + LOOPS,
    "a cache in a global": INNER
    + """
KNOWN = {}
def total(n: int, deep: int = 3) -> int:
    if (n, deep) not in KNOWN:
        KNOWN[n, deep] = _total(n, deep)
    return KNOWN[n, deep]
""",
    "a cache in a module": "import math\n"
    + INNER
    + """
def total(n: int, deep: int = 3) -> int:
    known = vars(math).setdefault("known", {})
    if (n, deep) not in known:
        known[n, deep] = _total(n, deep)
    return known[n, deep]
""",
    "a cache in a default": INNER
    + """
def total(n: int, deep: int = 3) -> int:
    return _asked(n, deep)
def _asked(n, deep, known={}):
    if (n, deep) not in known:
        known[n, deep] = _total(n, deep)
    return known[n, deep]
""",
    "another clock": PATCHED + LOOPS,
    "a thread": "import threading\n"
    + INNER
    + """
def total(n: int, deep: int = 3) -> int:
    found = []
    worker = threading.Thread(target=lambda: found.append(_total(n, deep)))
    worker.start()
    worker.join()
    return found[0]
""",
    "a number that is worked out later": INNER
    + """
class Later(int):
    def __new__(cls, n, deep):
        made = super().__new__(cls, 0)
        made.asked = n, deep
        return made
    def __index__(self): return _total(*self.asked)
    __int__ = __index__
    def __repr__(self): return repr(_total(*self.asked))
    __str__ = __repr__
    def __eq__(self, other): return _total(*self.asked) == other
    def __hash__(self): return hash(_total(*self.asked))
def total(n: int, deep: int = 3) -> int:
    return Later(n, deep)
""",
}
"""Dreams that do the same work and seem to take less time."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    settings = Settings(max_examples=60, evidence="off")
    with Engine(settings, policy_of(settings, {})) as engine:
        yield engine


def _dream(code: str) -> Dream:
    return Dream(
        id=1,
        code=code,
        dream_type="constraint_relaxation",
        procedure=Procedure(id=1, name="total", code=LOOPS),
        procedure_name="total",
        contract=Contract.SUPERSET,
        entry_point="total",
    )


@pytest.mark.parametrize("code", CHEATS.values(), ids=CHEATS.keys())
def test_work_that_is_done_all_the_same_is_not_faster(engine: Engine, code: str) -> None:
    verdict = engine.test(_dream(code))
    speed = verdict.figures.speed
    assert verdict.outcome is Outcome.FAILURE or speed is None or speed < FASTER, verdict


def test_less_work_is_faster(engine: Engine) -> None:
    verdict = engine.test(
        _dream(
            "def total(n: int, deep: int = 3) -> int:\n"
            "    last = 3_000 + n % 50\n"
            "    return n * last * (last - 1) // 2 * deep\n"
        )
    )
    assert verdict.outcome is Outcome.SUCCESS
    assert verdict.figures.speed is not None
    assert verdict.figures.speed > FASTER


SECONDS = st.floats(1e-7, 1e-3)
LAPS = st.builds(Lap, st.lists(SECONDS, min_size=4, max_size=4), SECONDS)
ROUNDS = st.lists(st.tuples(LAPS, LAPS), min_size=MIN_ROUNDS, max_size=MAX_ROUNDS)


@given(ROUNDS)
def test_a_race_that_ends_early_says_not_faster(rounds: list[tuple[Lap, Lap]]) -> None:
    """Whatever times a dream reports, and when: to seem faster it has to in all rounds together."""
    left = iter(rounds)
    speed = decided(left)
    ran = len(rounds) - len(list(left))
    assert ran >= MIN_ROUNDS
    if ran < len(rounds):
        assert speed is None or speed < DOUBTED_SPEED


@given(ROUNDS)
def test_a_dream_that_reports_false_times_is_as_fast_as_the_system_says(
    rounds: list[tuple[Lap, Lap]],
) -> None:
    """It reports no time at all in each round; the system's clock shows as much as of the procedure."""
    forged = [(base, Lap([1e-9] * 4, base.seconds)) for base, _ in rounds]
    speed = decided(iter(forged))
    assert speed is None or speed < DOUBTED_SPEED


def test_a_dream_that_is_slower_is_not_raced_to_the_end() -> None:
    base, slower = Lap([1e-4] * 4, 4e-4), Lap([2e-4] * 4, 8e-4)
    left = iter([(base, slower)] * MAX_ROUNDS)
    assert decided(left) == pytest.approx(0.5)
    assert len(list(left)) == MAX_ROUNDS - MIN_ROUNDS
    left = iter([(slower, base)] * MAX_ROUNDS)
    assert decided(left) == pytest.approx(2)
    assert not list(left)
