"""The text of a pytest file that fails as long as a dream is wrong on one call.

Invariants: whatever a dream's text holds, the file is Python, and nothing of the dream runs before a test
does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..config import Settings
from ..errors import ReproError
from ..judge.output import streams_named
from ..models import Category, Contract, Dream, Fault
from ..source.literal_calls import literal_arguments
from ..source.sequence_calls import as_arguments
from ..source.syntax import expression
from ..text import printable, visible
from .written_worlds import names_in, world_source

CHECK = "check"
"""The function of a file that its test calls in a process of its own."""
HEADER_WIDTH = 100
"""Characters of a line of the header."""

_ALONE = (Category.TIMEOUT, Category.RESOURCE)
"""Categories whose calls need a process of their own."""
_REFUSED_KINDS = {
    Category.BLOCKED: "outside the jail nothing refuses what it does, and a test that did it would do harm",
    Category.FLAKY: "the same call gives now one result, now another, so no single call shows it",
    Category.UNKNOWN: "nobody knows yet what it did",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed dream: its first fault, the run that found it, and the command that tests it again."""

    dream: Dream
    fault: Fault
    contract: Contract
    settings: Settings
    run_id: int
    repeat: str

    @property
    def alone(self) -> bool:
        """Whether its call is tested in a process of its own, with the limits of the run."""
        return self.fault.category in _ALONE and self.fault.call is not None and not self.jailed

    @property
    def jailed(self) -> bool:
        """Whether its test makes the calls in the jail, each in a world of its own."""
        return self.fault.surroundings is not None

    @property
    def name(self) -> str:
        """The name of its test."""
        return f"test_dream_{self.dream.id}"


def regression_test(failure: Failure) -> str:
    """The file's text. Raises ``ReproError`` where no test of one call would show the failure."""
    fault = failure.fault
    reason = _REFUSED_KINDS.get(fault.category)
    if failure.jailed and fault.category is Category.BLOCKED:
        reason = None
    if reason is None and fault.call is None and not fault.got:
        reason = "no single call shows it"
    if reason is None and fault.world and fault.surroundings is None:
        reason = "the world of its call was too large to be stored"
    if reason is not None:
        raise ReproError(
            f"dream {failure.dream.id} failed with {fault.category}: {fault.summary}; there is no regression "
            f"test for that: {reason}. Test it in its jail instead: {failure.repeat}"
        )
    parts = [
        list(_header(failure)),
        ["from __future__ import annotations"],
        ["import signal"] if failure.alone else [],
        list(_imports(failure)),
        list(_constants(failure)),
        *([f"{name} = {quoted(source)}"] for name, source in _sources(failure)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n\n\n" + _tests(failure)


def _imports(failure: Failure) -> Iterator[str]:
    yield "from pytest_athena_dreams import compare"
    if (world := failure.fault.surroundings) is not None:
        yield f"from pytest_athena_dreams.worlds import {', '.join(names_in(world))}"


def _constants(failure: Failure) -> Iterator[str]:
    if failure.fault.call is not None:
        yield f"ARGUMENTS = {literal(_arguments(failure))}"
    if (world := failure.fault.surroundings) is not None:
        yield f"TIMEOUT = {failure.settings.timeout}  # seconds of a call"
        yield f"WORLD = {world_source(world)}"
    if failure.alone:
        settings = failure.settings
        yield f"TIMEOUT = {settings.timeout}  # seconds of the call"
        yield f"MEMORY = {settings.memory} << 20  # bytes of address space"
        yield f"OUTPUT = {settings.output} << 20  # bytes printed"


def _sources(failure: Failure) -> Iterator[tuple[str, str]]:
    if failure.dream.procedure is not None and _compared(failure):
        yield "PROCEDURE", failure.dream.procedure.code
    yield "DREAM", failure.dream.code


def _compared(failure: Failure) -> bool:
    """Whether the test makes the call with the procedure too."""
    held = failure.dream.procedure is not None and failure.contract is not Contract.FREE
    return held and failure.fault.call is not None


def _tests(failure: Failure) -> str:
    body = "".join(f"    {line}\n" for line in _body(failure))
    if not failure.alone:
        return f"def {failure.name}() -> None:\n{body}"
    return f"""\
def {failure.name}() -> None:
    compare.passes_alone(__file__, TIMEOUT)


def {CHECK}() -> None:
{body}

if __name__ == "__main__":
    compare.limit(memory=MEMORY, output=OUTPUT)
    {CHECK}()
"""


def _body(failure: Failure) -> Iterator[str]:
    """The lines of the test, which raise as long as the dream is wrong."""
    dream, procedure, settings = failure.dream, failure.dream.procedure, failure.settings
    chosen = _choice(
        dream.entry_point, procedure.entry_point if procedure else None, procedure.name if procedure else ""
    )
    if failure.fault.call is None:
        yield f"compare.load(DREAM{chosen})"
        return
    call, world = "compare.call", ""
    if failure.jailed:
        call, world = "compare.call_in_world", ", WORLD, timeout=TIMEOUT"
    expected = "None"
    if procedure is not None and _compared(failure):
        wanted = _choice(procedure.entry_point, None, procedure.name)
        yield f"expected = {call}(PROCEDURE, ARGUMENTS{world}{wanted})"
        expected = "expected"
    if failure.alone:
        yield "signal.setitimer(signal.ITIMER_REAL, TIMEOUT)  # which ends this process"
    yield f"got = {call}(DREAM, ARGUMENTS{world}{chosen})"
    ways = _ways(settings)
    if streams := streams_named(failure.fault.summary):
        ways += f", printed=[{', '.join(map(literal, streams))}]"
    yield f"compare.check({expected}, got, contract={literal(failure.contract)}{ways})"


def _ways(settings: Settings) -> str:
    """The arguments that say how to compare, where that is not the default."""
    default = Settings()
    ways = [f"tolerance={settings.tolerance!r}"] if settings.tolerance != default.tolerance else []
    ways += ["signed_zero=True"] if settings.signed_zero == "on" else []
    ways += (
        [f"exceptions={literal(settings.exceptions)}"] if settings.exceptions != default.exceptions else []
    )
    return "".join(f", {way}" for way in ways)


def _choice(entry_point: str | None, fallback: str | None, title: str) -> str:
    """The arguments that choose an entry point as a run does."""
    if entry_point is not None:
        return f", entry_point={literal(entry_point)}"
    chosen = f", fallbacks=[{literal(fallback)}]" if fallback else ""
    return chosen + (f", title={literal(title)}" if title else "")


def _arguments(failure: Failure) -> str:
    """The arguments of the failing call; raises ``ReproError`` where they can't be written."""
    call = failure.fault.call or ""
    if (steps := as_arguments(call)) is not None and not failure.jailed:
        return steps
    _, _, rest = call.partition("(")
    if expression(f"given({rest}") is None or (failure.jailed and literal_arguments(f"({rest}") is None):
        raise ReproError(
            f"the failing call of dream {failure.dream.id} can't be written to a file: "
            f"{printable(failure.fault.call or '', limit=HEADER_WIDTH)}: an argument has no form in Python "
            f"source. Test it in its jail instead: {failure.repeat}"
        )
    return f"({rest}"


def _header(failure: Failure) -> Iterator[str]:
    dream, fault = failure.dream, failure.fault
    label, free = f" ({dream.label})" if dream.label else "", failure.contract is Contract.FREE
    lines = [
        f"A regression test of dream {dream.id}{label} of the procedure {dream.procedure_name or '-'!r}.",
        "",
        f"{fault.category}: {fault.summary}",
        *([f"  call       {fault.call}"] if fault.call else []),
        *(["  world      the one below"] if failure.jailed else []),
        *([f"  procedure  {fault.expected}"] if fault.expected and not free else []),
        *([f"  dream      {fault.got}"] if fault.got else []),
        f"  contract   {failure.contract}, run {failure.run_id}",
    ]
    for line in lines:
        yield f"# {visible(line, limit=HEADER_WIDTH)}".rstrip()
    yield f"# In its jail: {visible(failure.repeat)}"
    yield "#"
    beware = "the test runs the dream's code WITHOUT A JAIL, with all your rights. Read DREAM first."
    if failure.jailed:
        yield "# The test runs procedure and dream in the jail, each in WORLD, and compares what they do."
    else:
        yield f"# BEWARE: {beware}"
    yield f"# Written by 'athena-dreams repro {dream.id}'. It passes once the code in DREAM is right."


def literal(text: str) -> str:
    """``text`` as a literal on one line."""
    return '"{}"'.format(_escaped(text).replace('"', '\\"'))


def quoted(code: str) -> str:
    """``code`` as a literal over several lines, with unprintable characters escaped."""
    text = re.sub('"(?="|\\Z)', r"\"", _escaped(code, keep="\n"))
    return f'"""\\\n{text}"""'


def _escaped(text: str, *, keep: str = "") -> str:
    return "".join(
        c if c in keep or (c.isprintable() and c != "\\") else c.encode("unicode_escape").decode("ascii")
        for c in text
    )
