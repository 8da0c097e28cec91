"""What a dream has to meet to be adopted, and whether one does.

Invariants: pure, but for the test that the caller gives. A dream whose figures can't be had is not adopted.
A writer may have seen the seeds, inputs and failures of earlier runs, so none of these decides: the test is
on a seed that nobody has seen, and a value that the writer was shown may not be in the code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..dreaming.improvement import Gain, gain
from ..models import Canonical, Contract, Dream, Outcome, Verdict
from ..source.ambience import ambience
from ..source.normalise import digest
from ..source.reading import reading

INPUTS = 1_000
"""Inputs of the test."""
MIN_EVIDENCE = 0.5
"""Minimum share of the procedure's mutants that the inputs detect."""
TRIVIAL = 1
"""Maximum absolute value of a number that says nothing of where it comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A dream to adopt, and what the store knows of it.

    ``current``: its procedure is the newest version of its name and project, or has the code of that.
    ``passed``: its last test passed, on the code that it has now. ``known`` are digests of all versions of
    the procedure that nobody has undone. ``shown`` are failing calls that its writer may have been shown, as
    Python source. ``failed`` is why it failed a test for its adoption, if it did: another seed may miss that
    by luck.
    """

    dream: Dream
    current: bool
    passed: bool
    known: frozenset[str]
    shown: tuple[str, ...]
    failed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether a dream may be adopted. ``refusals`` say why not, the first one most plainly.

    ``verdict`` is that of the test on ``seed``, ``None`` if it did not come to that.
    """

    candidate: Candidate
    refusals: tuple[str, ...]
    gain: Gain
    seed: int
    verdict: Verdict | None = None

    @property
    def failed(self) -> bool:
        """Whether the test failed, which shows that the dream is wrong."""
        return self.verdict is not None and self.verdict.outcome is Outcome.FAILURE

    @property
    def is_of_the_procedure(self) -> bool:
        """Whether the procedure's other dreams would be refused too: nothing shows that the inputs detect
        enough."""
        verdict = self.verdict
        if verdict is None or verdict.outcome is not Outcome.SUCCESS:
            return False
        return (verdict.figures.evidence or 0.0) < MIN_EVIDENCE

    @property
    def adopted(self) -> bool:
        """Whether all conditions hold."""
        return not self.refusals


def decide(candidate: Candidate, *, seed: int, test: Callable[[Dream], Verdict]) -> Decision:
    """Check all conditions; ``test`` gives the verdict on ``seed`` and ``INPUTS`` inputs.

    The test runs only if all other conditions hold, and twice if speed is all that is better.
    """
    refusals = list(_static(candidate))
    if refusals:
        return Decision(candidate=candidate, refusals=tuple(refusals), gain=Gain(), seed=seed)
    verdict = test(candidate.dream)
    better = gain(_measured(candidate.dream, verdict))
    if (
        better.speed is not None and not better.widened and not better.size
    ):  # a busy machine can look like that
        again = gain(_measured(candidate.dream, test(candidate.dream)))
        better = replace(better, speed=min(better.speed, again.speed) if again.speed is not None else None)
    found = tuple(_measured_refusals(verdict, better))
    return Decision(candidate=candidate, refusals=found, gain=better, seed=seed, verdict=verdict)


def _static(candidate: Candidate) -> Sequence[str]:
    dream = candidate.dream
    if dream.procedure is None:
        return ["it has no procedure that it could be the next version of"]
    if dream.contract in (None, Contract.FREE):
        return ["its contract compares it with nothing"]
    found = []
    if not candidate.current:
        found.append(f"its procedure has a newer version than {dream.procedure.version}")
    if not candidate.passed:
        found.append(
            f"its last test did not pass on the code that it has now: see athena-dreams show {dream.id}"
        )
    if candidate.failed:
        found.append(f"it failed when it was to be adopted before: {candidate.failed}")
    if digest(dream.code) in candidate.known:
        found.append("it is a copy of a version of its procedure")
    if more := ambience(dream.code) - ambience(dream.procedure.code):
        found.append(f"its results may depend on {', '.join(sorted(more))}, and its procedure's do not")
    if fitted := sorted(map(_source, shown_literals(dream, candidate.shown))):
        found.append(f"its code holds values of failing calls that its writer was shown: {', '.join(fitted)}")
    return found


def shown_literals(dream: Dream, shown: Collection[str]) -> list[Canonical]:
    """Values in the code of ``dream``, and not in its procedure's, that are in one of the calls ``shown``.

    Values that are everywhere, such as 0, 1, an empty text or ``None``, do not count.
    """
    base = reading(dream.procedure.code).literals if dream.procedure else ()
    own = [value for value in reading(dream.code).literals if value not in base and _telling(value)]
    if not own:
        return []
    known = [reading(call) for call in shown]
    values = {json.dumps(value) for one in known for value in one.literals}
    return [value for value in own if json.dumps(value) in values]


def _telling(value: Canonical) -> bool:
    if isinstance(value, int | float):
        return abs(value) > TRIVIAL
    return value is not None and value != "" and value != ["bytes", ""]


def _source(value: Canonical) -> str:
    return repr(value) if not isinstance(value, list) else json.dumps(value)


def _measured(dream: Dream, verdict: Verdict) -> dict[str, Any]:
    return {
        "passed": verdict.outcome is Outcome.SUCCESS,
        "contract": verdict.contract,
        "code": dream.code,
        "base": dream.procedure.code if dream.procedure else None,
        "effectiveness": verdict.figures.speed,
        "widened": verdict.figures.widened,
        "diverged": verdict.figures.diverged,
    }


def _measured_refusals(verdict: Verdict, better: Gain) -> Sequence[str]:
    if verdict.outcome is Outcome.UNTESTABLE:
        return [f"it can't be tested: {verdict.text}"]
    if verdict.outcome is Outcome.FAILURE:
        fault = verdict.faults[0]
        call = f" on {fault.call}" if fault.call else ""
        return [f"it fails on a new seed: {fault.category}: {fault.summary}{call}"]
    found = []
    evidence = verdict.figures.evidence
    if evidence is None:
        found.append(
            f"there is no evidence for it: {MIN_EVIDENCE:.0%} of the procedure's mutants must be detected"
        )
    elif evidence < MIN_EVIDENCE:
        found.append(f"the evidence for it is {evidence:.0%}, and {MIN_EVIDENCE:.0%} is required")
    if not better:
        found.append("it is not better: neither wider, nor faster, nor shorter, in its tested values")
    return found
