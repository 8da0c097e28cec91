"""The Python API: check one piece of code or many, test a store and read its report, watch a store.

Invariants: all code under test runs in the jail that the settings name. Only a run of ``pytest
--athena-dreams``, in a process of its own, writes to a store.

>>> verdict = check("def double(x: int) -> int: return x + x", like="def double(x: int) -> int: return 2 * x")
>>> verdict.outcome.value
'success'
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .agents.variant import Variant, expect_texts
from .errors import DreamsError
from .models import Contract, Verdict

if TYPE_CHECKING:
    from .config import Settings
    from .report.figures import Report

__all__ = ["Round", "Stop", "Variant", "check", "check_many", "rounds", "run_store"]

TESTED = (0, 1)
"""pytest's exit codes for a finished run: all tests passed, or some failed."""
TURN = 0.2
"""Seconds between two checks whether to stop."""
GRACE = 30.0
"""Seconds that an interrupted run has to store its verdicts, before it is killed."""


def check(
    code: str,
    *,
    like: str | None = None,
    entry_point: str | None = None,
    contract: Contract | str | None = None,
    **settings: Any,
) -> Verdict:
    """Test one piece of code with generated inputs.

    ``like`` is the procedure to compare it with, under ``contract`` (``equivalent`` by default). Without one,
    the code must respect its own annotations and not fail on its own inputs. ``entry_point`` names the
    function if there are several. ``settings`` are those of the command line without ``athena_``, such as
    ``max_examples=500`` or ``timeout=2.0``.

    Where the procedure can't be run here, the verdict is ``untestable``: its ``reason`` is a term, and its
    ``text`` says what is missing and what to do. Raises ``DreamsError`` where a setting is invalid or there
    is no jail.

    The jail stays for the next call with the same settings, which then costs its own time alone.
    """
    from .agents.warm import warm_checker

    variant = Variant(code=code, like=like, entry_point=entry_point, contract=_contract(contract))
    expect_texts(variant)
    with warm_checker(settings_from(settings)) as checker:
        return checker.check(variant).verdict


def check_many(
    variants: Iterable[str | Variant],
    *,
    like: str | None = None,
    entry_point: str | None = None,
    contract: Contract | str | None = None,
    workers: int = 1,
    **settings: Any,
) -> Iterator[Verdict]:
    """Test many variants, and yield each verdict as soon as it is known: ``dream_id`` is the variant's place
    from 0.

    A variant is code, which ``like``, ``entry_point`` and ``contract`` apply to as in :func:`check`, or a
    ``Variant`` that names its own. ``workers`` processes share the work. They stay warm for the next call
    with the same settings. A list is read as a whole, so that variants of one procedure go to one
    worker; of another iterable no more is read than there are idle workers. A verdict is the same whichever
    worker gives it.

    Raises ``DreamsError`` as :func:`check` does, when you ask for the first verdict.
    """
    from .errors import SettingError

    if not isinstance(workers, int) or workers < 1:
        raise SettingError(
            f"invalid value {workers!r} for the argument workers: expected a whole number from 1"
        )
    if isinstance(variants, (str, Variant)):
        raise SettingError("invalid value for the argument variants, one variant: expected a list of them")
    chosen, held = settings_from(settings), _contract(contract)

    def whole(one: str | Variant) -> Variant:
        if isinstance(one, Variant):
            made = replace(one, contract=_contract(one.contract))
        else:
            made = Variant(code=one, like=like, entry_point=entry_point, contract=held)
        expect_texts(made)
        return made

    whole_list = isinstance(variants, Sequence)
    asked = [whole(one) for one in variants] if whole_list else (whole(one) for one in variants)
    return _verdicts(asked, chosen, workers)


def _verdicts(variants: Iterable[Variant], settings: Settings, workers: int) -> Iterator[Verdict]:
    from .agents.warm import warm_crew

    with warm_crew(settings, workers) as crew, closing(crew.check(variants)) as done:
        for _, checked in done:
            yield checked.verdict


def settings_from(given: Mapping[str, Any]) -> Settings:
    """The settings of these keyword arguments, checked as on the command line. Raises ``SettingError``."""
    from .config import SETTINGS
    from .errors import SettingError
    from .resolution import arguments, resolve

    known = {setting.name: setting for setting in SETTINGS}
    if unknown := sorted(set(given) - set(known)):
        raise SettingError(f"no such setting: {', '.join(unknown)}; there are {', '.join(known)}")
    return resolve(arguments({name: known[name].written(value) for name, value in given.items()}))


def _contract(given: Contract | str | None) -> Contract | None:
    from .errors import SettingError

    if given is not None and given not in tuple(Contract):
        raise SettingError(
            f"invalid value {given!r} for the argument contract: expected one of {', '.join(Contract)}"
        )
    return Contract(given) if given is not None else None


def run_store(store: str | os.PathLike[str] = "athena.db", *options: str, workers: int = 0) -> Report:
    """Test the pending Tier 1 dreams of a store, as ``pytest --athena-dreams`` does, and return the report.

    ``options`` are passed to pytest, such as ``"--athena-select", "all"``; ``workers`` is the number for
    ``-n``. pytest prints to standard output. Raises ``DreamsError`` if the run could not start.
    """
    from .report.assembly import make_report
    from .store.database import Store

    _run(Path(store), [*options, "-n", str(workers)], stdout=None)
    with Store.open(store) as opened:
        return make_report(opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round: its number from 1, and how many dreams were pending, got a verdict, and failed.

    ``untestable`` ones stay pending, and every round tries them again.
    """

    number: int
    waited: int
    tested: int
    failed: int
    untestable: int = 0


def rounds(
    store: str | os.PathLike[str] = "athena.db",
    *options: str,
    interval: float = 300.0,
    most: int | None = None,
    stop: Stop | None = None,
) -> Generator[Round, None, None]:
    """Test all pending dreams, yield a ``Round``, wait ``interval`` seconds, and repeat.

    ``most`` limits the number of rounds, and ``options`` are passed to pytest. A round without a pending
    dream starts no run. ``stop`` ends the loop: at once between rounds, and during a run as soon as pytest
    has ended; finished verdicts are stored. Raises ``DreamsError`` if a run can't start, or if another
    process watches this store.
    """
    from .store.database import Store
    from .store.locks import locked

    stop = stop or Stop()
    with locked(Path(store), "watch", "watches"):
        number = 0
        while not stop.asked and (most is None or number < most):
            number += 1
            with Store.open(store) as opened:
                waiting = {dream.id for dream in opened.pending()}
            tested = failed = untestable = 0
            if waiting:
                _run(Path(store), options, stdout=subprocess.DEVNULL, stop=stop)
                with Store.open(store) as opened:
                    found = opened.summaries(ids=waiting)
                outcomes = Counter(s.test_outcome for s in found if s.status == "tested")
                tested, failed = outcomes.total(), outcomes["failure"]
                untestable = sum(s.status != "tested" and s.untestable is not None for s in found)
            yield Round(
                number=number, waited=len(waiting), tested=tested, failed=failed, untestable=untestable
            )
            if most is None or number < most:
                stop.wait(interval)


class Stop:
    """Ends a loop on request. Safe to use in a signal handler."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self) -> None:
        """Request the end."""
        self.asked = True

    def wait(self, seconds: float) -> None:
        """Wait so many seconds, or until the end is requested."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, TURN))


def _run(store: Path, options: Sequence[str], *, stdout: int | None, stop: Stop | None = None) -> None:
    """Run pytest in a process of its own, and interrupt it if ``stop`` requests the end."""
    if not store.is_file():
        raise DreamsError(f"no store at {store}; make one with: athena-dreams init --store {store}")
    alone = ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(store.resolve().parent)]
    command = [sys.executable, "-m", "pytest", "--athena-dreams", "--athena-store", str(store.resolve())]
    with subprocess.Popen(
        [*command, *alone, *options],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=stop is not None,  # otherwise Ctrl-C would reach it twice
    ) as process:
        interrupted: float | None = None
        while True:
            try:
                _, said = process.communicate(timeout=TURN)
                break
            except subprocess.TimeoutExpired:
                if stop is not None and stop.asked and interrupted is None:
                    process.send_signal(signal.SIGINT)  # pytest then stores the finished verdicts and ends
                    interrupted = time.monotonic()
                if interrupted is not None and time.monotonic() > interrupted + GRACE:
                    process.kill()
    if process.returncode not in TESTED and interrupted is None:
        tail = said.strip().splitlines()[-1:] or ["it printed no error"]
        raise DreamsError(f"the run on {store} failed with exit status {process.returncode}: {tail[0]}")
