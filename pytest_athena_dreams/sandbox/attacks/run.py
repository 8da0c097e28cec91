"""Runs the hostile dreams against a jail, and reports for each whether the jail held."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...errors import SandboxError
from ...models import Observation, ObservationKind, unpacked
from ..client import Child, Sandbox, Source
from ..policy import MIB, Policy, SandboxMode
from ..quota import THREADS
from .attack import Attack
from .files import FILES
from .forging import FORGING
from .hiding import HIDING
from .idling import IDLING
from .limits import LIMITS
from .network import NETWORK
from .posing import POSING
from .privileges import KERNEL
from .processes import PROCESSES
from .serialising import SERIALISING
from .state import STATE
from .streams import PRINTING
from .surroundings import Surroundings, end, left_over, processes

_GROUPS = {
    "posing": POSING,
    "forging": FORGING,
    "hiding": HIDING,
    "serialising": SERIALISING,
    "files": FILES,
    "network": NETWORK,
    "processes": PROCESSES,
    "kernel": KERNEL,
    "limits": LIMITS,
    "printing": PRINTING,
    "idling": IDLING,
    "state": STATE,
}
ATTACKS = tuple(replace(attack, group=group) for group, attacks in _GROUPS.items() for attack in attacks)
"""Every attack, by group."""

_MEMORY = 256 * MIB
_LOAD_TIMEOUT = 2.0
_SEQUEL_TIMEOUT = 10.0
_RAN = 0.002
"""Processor seconds above which a stopped child counts as running: stopping takes some."""
_WALL = 10.0
"""Seconds that an attack may take beyond its calls' timeouts, its sequel included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackResult:
    """How one attack went. ``held``: it ended as expected and did no ``harm``."""

    name: str
    group: str
    expected: str
    got: str
    held: bool
    harm: tuple[str, ...] = ()
    seconds: float = 0.0


def attack(policy: Policy) -> Iterator[AttackResult]:
    """Try every attack against the jail of ``policy``, one after the other.

    Raises ``SandboxError`` if this machine can't give that jail, or if the policy's mode is ``NONE``.
    """
    if policy.mode is SandboxMode.NONE:
        raise SandboxError("the attacks are real, so they run in a jail only: give another --athena-sandbox")
    memory = min(policy.limits.memory, _MEMORY)
    limits = replace(policy.limits, load_timeout=_LOAD_TIMEOUT, memory=memory)
    with Surroundings() as surroundings:
        with Sandbox(replace(policy, limits=limits)) as sandbox:
            sandbox.layers()
            outside = str(sandbox.outside)
            for each in ATTACKS:
                yield attempt(sandbox, surroundings, each)
        harm = tuple(left_over(outside, set()))
    yield AttackResult(
        name="the end of the run",
        group="processes",
        expected="no process left",
        got="; ".join(harm) or "no process left",
        held=not harm,
        harm=harm,
    )


def attempt(
    sandbox: Sandbox, surroundings: Surroundings, attack: Attack, *, heard: bool = True
) -> AttackResult:
    """Run one attack and its sequel in ``sandbox``, then inspect ``surroundings``.

    Unless it is ``heard``, the attack runs like pure code, whose system calls are not reported.
    """
    sandbox.layers()
    outside = str(sandbox.outside)
    before = processes(outside)
    started = time.monotonic()
    seen, harm = _run(sandbox, attack, surroundings, heard)
    sequel = replace(attack, code=attack.sequel, calls=1, timeout=_SEQUEL_TIMEOUT, idle=0.0)
    after = _run(sandbox, sequel, surroundings, heard)[0][-1]
    seconds = time.monotonic() - started
    got = outcome(seen[-1])
    harm += surroundings.harm(repr(seen))
    if leftover := left_over(outside, before):
        harm += leftover
        end(processes(outside) - before)
    if heard and attack.refused is not None:
        harm += _unseen(attack.refused, seen[-1].refused)
    if outcome(after) != 'returned "clean"':
        harm.append(f"the next dream {outcome(after)}")
    if len(seen) > attack.calls:
        harm.append(f"{len(seen)} answers to {attack.calls} calls")
    if seconds > attack.calls * (attack.timeout * 2 + attack.idle) + _WALL:
        harm.append(f"it took {seconds:.1f} s")
    return AttackResult(
        name=attack.name,
        group=attack.group,
        expected=" or ".join(attack.ends),
        got=got,
        held=got.startswith(attack.ends) and not harm,
        harm=tuple(harm),
        seconds=seconds,
    )


def _unseen(refused: str, seen: Sequence[str]) -> list[str]:
    """The errors in the refusals that were ``seen``."""
    if refused and not any(words.startswith(refused) for words in seen):
        return [f"its refusal to {refused} was not seen"]
    return [] if refused else [f"a refusal that there was not: {words}" for words in seen]


def _run(
    sandbox: Sandbox, attack: Attack, surroundings: Surroundings, heard: bool
) -> tuple[list[Observation], list[str]]:
    """The observations of the calls, and the harm that the child did between them."""
    payloads = [pickle.dumps(((surroundings.where(),), {}), 5)] * attack.calls
    seen: list[Observation] = []
    harm: list[str] = []
    source = Source(code=attack.code, entry_point="attack", audited=heard, acts=sandbox.policy.acts)
    with sandbox.spawn(source) as child:
        if child.failure is not None:
            return [child.failure], harm
        if not attack.idle:
            return list(child.calls(payloads, attack.timeout)), harm
        while len(seen) < attack.calls and child.alive:
            seen += child.calls(payloads[:1], attack.timeout)
            harm += _idle_harm(sandbox, child, attack.idle) if child.alive else []
    return seen, harm


def _idle_harm(sandbox: Sandbox, child: Child, seconds: float) -> list[str]:
    """The harm that a child does while nobody waits for it: it runs, or exceeds a limit."""
    before = child.usage()[0]
    time.sleep(seconds)
    harm = []
    if child.usage()[0] - before > _RAN:
        harm.append("it ran while nobody waited for it")
    if int(child.status().get("Threads", 0)) > THREADS:
        harm.append(f"it has more than {THREADS} threads")
    if sandbox.policy.scratch and sandbox.outside is not None:
        files = [path.lstat() for path in (sandbox.outside / "scratch").rglob("*")]
        if sum(file.st_blocks * 512 for file in files) > sandbox.policy.scratch:
            harm.append("its scratch folder holds more than it may")
    return harm


def outcome(observation: Observation) -> str:
    """An observation as one line."""
    match observation:
        case Observation(kind=ObservationKind.RETURNED):
            printed = observation.printed
            rest = f", printed {json.dumps(unpacked(printed))[:200]}" if printed is not None else ""
            return f"returned {json.dumps(unpacked(observation.value))[:200]}{rest}"
        case Observation(kind=ObservationKind.RAISED, raised=raised) if raised is not None:
            return f"raised {raised.type}: {raised.message[:200]}"
        case Observation(death=death) if observation.kind is ObservationKind.DIED:
            return f"died {death}: {observation.detail}"
    return f"{observation.kind}: {observation.detail}"


def render_attacks(results: Iterable[AttackResult]) -> str:
    """A table for people: attack, expected, got, and whether the jail held."""
    rows = list(results)
    width = max(len(row.name) for row in rows)
    lines = []
    for row in rows:
        mark = "held  " if row.held else "BROKEN"
        lines.append(f"{mark}  {row.group:<11}  {row.name:<{width}}  {_short(row.got)}")
        if not row.held:
            lines += [f"        expected {row.expected}", *(f"        {harm}" for harm in row.harm)]
    return "\n".join([*lines, _total(rows)])


def _short(text: str) -> str:
    clean = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return clean if len(clean) <= 80 else clean[:79] + "…"


def _total(rows: Sequence[AttackResult]) -> str:
    broken = sum(not row.held for row in rows)
    return f"{len(rows) - broken} of {len(rows)} attacks held" + (f", {broken} DID NOT" if broken else "")
