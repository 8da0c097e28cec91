"""The tools of the MCP server, without MCP: what each does for one request.

Invariants: each request has a time limit; cancelling it ends the processes that it started; an anticipated
failure is a ``DreamsError`` whose text holds no text of a dream but escaped names.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ..agents.lane import Lane
from ..agents.variant import Variant
from ..config import Settings
from ..errors import DreamsError, SettingError
from ..models import Contract, DreamType, Verdict
from ..store.database import Store
from ..store.generation import read_generation
from . import stored
from .safe import long
from .shapes import Dreamed, Explanation, FixResult, Health, Journal, Stats, TestResult, Untrusted

T = TypeVar("T")
SOURCE_LIMIT = 100_000
"""Characters of a source; the checks parse no more."""
TEST_SECONDS = 300.0
"""Seconds that one test may take."""
DREAM_SECONDS = 3600.0
"""Seconds that one generation run may take."""
ERROR_SHOWN = 4000
"""Characters that are read of what a command says about an error."""
CLI_REFUSED = 2
"""Exit status of a command that can't be carried out."""
_DREAM_KINDS = tuple(kind.value for kind in DreamType)
_DREAMS_COMMAND = (sys.executable, "-c", "from pytest_athena_dreams.cli import main; main()")
Progress = Callable[[float, float | None, str], Awaitable[None]]
"""Takes progress: how far, of how much if that is known, and words for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a server was started with. ``spends`` says that it may write dreams and spend money."""

    store: Path
    settings: Settings
    lane: Lane
    spends: bool = False

    async def test_code(
        self, code: str, like: str, procedure: str, entry_point: str, contract: Contract
    ) -> TestResult:
        """The verdict on ``code``. Raises ``DreamsError``."""
        _check_size(code=code, like=like)
        if like and procedure:
            raise DreamsError("give like or procedure, not both: each names what to compare with")
        variant = Variant(code=code, like=like or None, entry_point=entry_point or None, contract=contract)
        if procedure:
            found = await asyncio.to_thread(stored.procedure_of, self.store, procedure)
            variant = Variant(
                code=code,
                like=found.code,
                entry_point=entry_point or None,
                like_entry_point=found.entry_point or entry_point or None,
                contract=contract,
                name=found.name,
            )
        checked = await limited(self.lane.check(variant), TEST_SECONDS, "the test")
        return self._result(checked.verdict, code, variant.like)

    async def try_fix(self, dream_id: int, code: str) -> FixResult:
        """The verdict on another code for a dream, on the same inputs. Raises ``DreamsError``."""
        _check_size(code=code)
        dream = await asyncio.to_thread(stored.dream_of, self.store, dream_id)
        journal = await asyncio.to_thread(stored.journal, self.store, 1, ids=[dream_id])
        changed = replace(dream, code=code)
        checked = await limited(self.lane.judge(changed), TEST_SECONDS, "the test")
        result = self._result(checked.verdict, code, dream.procedure.code if dream.procedure else None)
        return FixResult(
            dream_id=dream_id,
            before=journal.dreams[0].outcome if journal.dreams else None,
            fixed=result.verdict == "passed",
            result=result,
        )

    async def journal(self, limit: int, **filters: Any) -> Journal:
        """The newest dreams. Raises ``DreamsError``."""
        return await asyncio.to_thread(partial(stored.journal, self.store, limit, **filters))

    async def health(self) -> Health:
        """Athena's health score. Raises ``DreamsError``."""
        return await asyncio.to_thread(stored.health, self.store)

    async def stats(self) -> Stats:
        """The store in figures. Raises ``DreamsError``."""
        return await asyncio.to_thread(stored.stats, self.store)

    async def explain(self, dream_id: int) -> Explanation:
        """Why a dream failed. Raises ``DreamsError``."""
        return await asyncio.to_thread(stored.explanation, self.store, dream_id)

    async def dream(
        self, procedure: str, strategy: str, budget: float, calls: int, progress: Progress
    ) -> Dreamed:
        """Have dreams of a procedure written, as ``athena-dreams dream`` does. Raises ``DreamsError``."""
        if not self.spends:
            raise DreamsError(
                "this server may not write dreams: start it with athena-dreams mcp --allow-spend, or run "
                "athena-dreams dream yourself"
            )
        found = await asyncio.to_thread(stored.procedure_of, self.store, procedure)
        options = ["--strategy", strategy]
        options += ["--budget", str(budget)] if budget else []
        options += ["--calls", str(calls)] if calls else []
        before = await asyncio.to_thread(stored.last_run, self.store)
        command = [*_DREAMS_COMMAND, "dream", str(found.id), "--store", str(self.store), *options]
        await limited(_run(command, progress), DREAM_SECONDS, "the generation run")
        run_id = await asyncio.to_thread(stored.last_run, self.store)
        if run_id == before:
            raise DreamsError(
                "the generation run wrote nothing into the store; run athena-dreams dream to see why"
            )
        return await asyncio.to_thread(self._dreamed, run_id)

    def _dreamed(self, run_id: int) -> Dreamed:
        with Store.open(self.store) as store:
            return stored.dreamed(read_generation(store, run_id), run_id, _DREAM_KINDS)

    def _result(self, verdict: Verdict, code: str, like: str | None) -> TestResult:
        fault = verdict.faults[0] if verdict.faults else None
        figures = verdict.figures
        words = {"success": "passed", "failure": "failed", "untestable": "untestable"}
        return TestResult(
            verdict=words[verdict.outcome],  # type: ignore[arg-type]  # the three of the shape
            contract=verdict.contract,
            category=verdict.category,
            reason=verdict.reason,
            rule=stored.rule_of(fault, code, like) if fault else None,
            line=fault.line if fault else None,
            tried=figures.tried,
            accepted=figures.accepted,
            evidence=figures.evidence,
            speed=figures.speed,
            widened=figures.widened,
            effects=figures.effects,
            failing_inputs=fault.inputs if fault else 0,
            seed=self.settings.seed,
            untrusted=Untrusted(
                summary=long(fault.summary if fault else verdict.text),
                call=long(fault.call) if fault and fault.call else None,
                world=long("\n".join(fault.world) if fault else ""),
                expected=long(fault.expected if fault else ""),
                got=long(fault.got if fault else ""),
                guess=long(figures.guess) if figures.guess else None,
            ),
        )


def service(store: Path, settings: Settings, *, spends: bool = False) -> Service:
    """The service of a server. Raises ``SettingError`` where the settings give no jail."""
    if settings.sandbox == "none":
        raise SettingError(
            "athena-dreams mcp does not run with the sandbox 'none': an agent's code needs a jail; choose "
            "another sandbox, or see which work here with: athena-dreams doctor"
        )
    return Service(store=store, settings=settings, lane=Lane(settings), spends=spends)


def _check_size(**sources: str) -> None:
    for name, text in sources.items():
        if len(text) > SOURCE_LIMIT:
            raise DreamsError(f"{name} has {len(text)} characters, and may have at most {SOURCE_LIMIT}")


async def limited(work: Awaitable[T], seconds: float, what: str) -> T:
    """The result, or ``DreamsError`` after so many seconds, which ends the work."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise DreamsError(f"{what} took more than {seconds:g} s and was ended") from None


async def _run(command: Sequence[str], progress: Progress) -> None:
    """Run a command whose lines are progress. Who is cancelled ends it and all below it."""
    with tempfile.TemporaryFile("w+", errors="backslashreplace") as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            lines = 0
            async for _ in process.stdout:  # which holds names of procedures: only the number is passed on
                lines += 1
                await progress(lines, None, f"{lines} lines of progress")
            status = await process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
        errors.seek(0)
        said = errors.read(ERROR_SHOWN).strip()
    if status == CLI_REFUSED and said.startswith("Error: "):  # about its settings: of no dream's making
        raise DreamsError(long(said.removeprefix("Error: ")))
    if status:
        raise DreamsError(
            f"the generation run ended with exit status {status}; run athena-dreams dream to see why"
        )
