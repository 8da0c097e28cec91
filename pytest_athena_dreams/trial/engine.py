"""One dream, end to end: load → case → trial → faults → figures.

The procedure decides the inputs, and its outputs never enter a dream's process.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Literal

from ..closing import Closing
from ..config import Settings
from ..errors import PlanError
from ..judge.categories import category_of
from ..judge.verdict import Judgement, judge_load, refusal
from ..models import Category, Contract, Dream, Figures, Outcome, Procedure, Reason, Verdict
from ..sandbox.client import Source
from ..sandbox.policy import Policy
from ..sandbox.runner import Runner
from ..source.purity import is_pure
from .answers import Answers
from .case import CaseMaker
from .counted import effects_compared
from .coverage import lines_reached
from .direct import Direct
from .evidence import Evidence
from .faults import fault_of, smallest_faults
from .lab import Jails, Lab, UserStrategies, UserWorlds
from .loading import refused_at_load
from .notes import not_compared, refused_inputs, rests_on_types
from .observing import STAGES
from .reference import Reference, References
from .shrinking import Searches, Shrinker
from .speed import effectiveness
from .trial import Result, Trial
from .untestable import Untestable, compared_by_type, mostly_refused, never_returned, too_little_evidence
from .widening import widened

_DESCRIBED: dict[Contract, Literal["fully", "returns"]] = {
    Contract.FREE: "fully",
    Contract.COMPATIBLE: "returns",
}
"""How much of an entry point the jail describes, for contracts that need more than its docstring."""

MOSTLY = 2
"""How many times as many inputs as are compared may be refused, for a pass."""
NAME_LENGTH = 200
"""Characters of a function's name that a verdict holds."""


class Engine(Closing):
    """Tests dreams one after another in one worker. A context manager: closing it ends the jails.

    Between dreams it caches what procedures did, by procedure, and nothing of any dream.
    """

    def __init__(
        self,
        settings: Settings,
        policy: Policy,
        user_strategies: UserStrategies = lambda *_: {},
        user_worlds: UserWorlds = lambda _: None,
    ) -> None:
        self._lab = Lab(settings, Jails(policy), user_strategies, user_worlds)
        self._answers = Answers(self._lab)
        self._references = References(self._lab)
        self._cases = CaseMaker(self._lab, self._references, self._answers)
        self._searches = Searches()
        self._evidence = Evidence(self._lab)
        self.direct = Direct(self._lab)
        """Single calls, and inputs, without a verdict."""

    def close(self) -> None:
        """End the jails and everything in them. Safe to call twice."""
        self._answers.close()
        self._lab.jails.close()

    def layers(self) -> str:
        """The layers that hold the jail, as the closing summary names them. Raises ``SandboxError``."""
        return str(self._lab.jails.main.layers())

    def reference(self, procedure: Procedure) -> Reference:
        """A procedure with its pool and what it does on it.

        Raises ``PlanError`` where it can't be run.
        """
        try:
            return self._references.of(procedure)
        except Untestable as why:
            raise PlanError(why.text) from None

    def sketch(self, procedure: Procedure) -> Reference:
        """The same with inputs as they are drawn: less than a dream is tested on, and much faster."""
        try:
            return self._references.sketch(procedure)
        except Untestable as why:
            raise PlanError(why.text) from None

    def test(self, dream: Dream) -> Verdict:
        """The verdict on one dream. Raises ``PlanError`` where its row names no known contract."""
        started = time.monotonic()
        contract = _contract(dream)
        jails = self._lab.jails
        source, missing = self._source(dream, contract)
        reseeded = Runner(jails.reseeded, replace(source, described="not"))
        with Runner(jails.main, source) as runner, reseeded:
            try:
                verdict = self._verdict(dream, contract, runner, reseeded, missing)
            except Untestable as why:
                verdict = Verdict(
                    dream_id=dream.id,
                    outcome=Outcome.UNTESTABLE,
                    contract=contract,
                    reason=why.reason,
                    text=why.text,
                )
        used = replace(
            verdict.figures,
            elapsed=time.monotonic() - started,
            cpu=runner.cpu,
            peak_memory=runner.peak_memory,
        )
        return replace(verdict, figures=used)

    def _source(self, dream: Dream, contract: Contract) -> tuple[Source, Untestable | None]:
        """The dream's source, whose entry point is called as its procedure's, and why it has no reference."""
        procedure, missing, name, acts = dream.procedure, None, None, False
        if procedure is not None and contract is not Contract.FREE:
            try:
                reference = self._references.of(procedure)
                name, acts = reference.signature.name, reference.source.acts
            except Untestable as why:
                missing = why
        entry = name or (procedure.entry_point if procedure else None)
        source = Source(
            code=dream.code,
            entry_point=dream.entry_point,
            fallbacks=(entry,) if entry else (),
            title=procedure.name if procedure else "",
            described=_DESCRIBED.get(contract, "doc"),
            prints=not is_pure(dream.code),
            audited=acts or not is_pure(dream.code),
            acts=acts,
        )
        return source, missing

    def _verdict(
        self, dream: Dream, contract: Contract, runner: Runner, reseeded: Runner, missing: Untestable | None
    ) -> Verdict:
        failure = runner.failure
        if failure is not None and category_of(failure) is Category.SYNTAX:
            return _refused(dream, contract, judge_load(failure))
        if missing is not None:
            raise missing
        if failure is not None:
            if category_of(failure) is Category.DEPENDENCY:
                self._check_packages(dream)
            return _refused(dream, contract, judge_load(failure))
        for _ in range(STAGES):
            case = self._cases.case(dream, contract, runner)
            if refused := refused_at_load(self._lab, runner, case.oracle.expects):
                text = f"the jail refused to {refused}, while the dream loaded"
                return _refused(dream, contract, refusal(Category.BLOCKED, text))
            shrinker = Shrinker(self._lab, self._answers, self._searches, case.whole, runner)
            result = Trial(self._lab, case, runner, reseeded, shrinker).run()
            if not self._revised(result):
                break
            runner.close()  # what the dream remembers of its first trial must not count in the next
        return self._judged(result, shrinker, contract, runner, reseeded)

    def _check_packages(self, dream: Dream) -> None:
        """Raise ``Untestable`` where the procedure lacks a package as well, also under ``free``."""
        if dream.procedure is None:
            return
        try:
            self._references.of(dream.procedure)
        except Untestable as why:
            if why.reason is Reason.MISSING_PACKAGE:
                raise

    def _revised(self, result: Result) -> bool:
        """Whether the procedure varies more than was known, seen where it runs again on failing inputs."""
        case = result.case
        reference, procedure = case.reference, case.dream.procedure
        if reference is None or procedure is None or reference.certain:
            return False
        groups = [group.index for group in result.judgement.groups if group.index is not None]
        found = self._answers.doubted(reference, [case.examples[index].payload for index in groups])
        if found | reference.variation == reference.variation:
            return False
        self._references.revise(procedure, found)
        return True

    def _judged(
        self, result: Result, shrinker: Shrinker, contract: Contract, runner: Runner, reseeded: Runner
    ) -> Verdict:
        settings, case = self._lab.settings, result.case
        reference = case.reference
        loaded = runner.loaded
        assert loaded is not None
        judgement = result.judgement
        faults = smallest_faults(result, shrinker, loaded.name)
        category = faults[0].category if faults else None
        procedure = case.dream.procedure
        if category is None and reference is not None and procedure is not None and not reference.returned:
            raise never_returned(procedure, case.tried, list(reference.expected.values()))
        refused = refused_inputs(case)
        if category is None and procedure is not None and len(refused) > MOSTLY * judgement.accepted:
            raise mostly_refused(procedure, case.tried, judgement.accepted, refused)
        if category is None and procedure is not None and rests_on_types(case):
            (first, *_), inputs = case.examples, len(case.examples)
            assert first.expected is not None
            raise compared_by_type(procedure, first.expected, inputs)
        speed = wider = evidence = lines = None
        passed = category is None
        if reference is not None and passed:
            speed = effectiveness(case, self._answers, runner, settings.timeout)
        least = settings.min_evidence if passed else 0.0
        with runner.hand_over() as aside:  # what follows is no part of the dream's use of the machine
            if not case.pure:
                aside.close()  # it may remember the calls of its trial
            if passed:
                wider = widened(case, self._answers, aside, settings.timeout, settings.dream_timeout)
            if least or settings.evidence == "on" or (settings.evidence == "passes" and passed):
                if reference is not None:
                    evidence = self._evidence.of(reference, contract)
                if procedure is not None and evidence is not None and 100 * evidence < least:
                    raise too_little_evidence(procedure, evidence, least)
                lines = lines_reached(settings, case, aside if case.pure else reseeded)
        compared = contract is Contract.COMPATIBLE and judgement.accepted
        guessed = loaded.guessed or (reference is not None and reference.guessed)
        return Verdict(
            dream_id=case.dream.id,
            outcome=Outcome.FAILURE if category else Outcome.SUCCESS,
            contract=contract,
            category=category,
            faults=faults,
            figures=Figures(
                tried=case.tried,
                accepted=judgement.accepted,
                rejected=max(0, case.tried - judgement.accepted),
                diverged=judgement.diverged / judgement.accepted if compared else None,
                speed=speed,
                evidence=evidence,
                lines_reached=lines[0] if lines else None,
                lines_total=lines[1] if lines else None,
                not_compared=not_compared(case, loaded, result.observations, settings),
                guess=loaded.name[:NAME_LENGTH] if guessed else None,
                widened=wider,
                effects=effects_compared(case) if passed else None,
            ),
        )


def _refused(dream: Dream, contract: Contract, judgement: Judgement) -> Verdict:
    """The verdict on a dream that could not run on any input."""
    group = judgement.groups[0]
    return Verdict(
        dream_id=dream.id,
        outcome=Outcome.FAILURE,
        contract=contract,
        category=group.finding.category,
        faults=(fault_of(group, group.finding, None),),
    )


def _contract(dream: Dream) -> Contract:
    """The contract in force: ``free`` for a dream without a procedure."""
    if dream.problem is not None:
        raise PlanError(dream.problem)
    if dream.procedure is None:
        return Contract.FREE
    if dream.contract is None:
        raise PlanError(
            f"dream {dream.id} has the unknown type {dream.dream_type!r} and names no contract; "
            f"set its contract to one of {', '.join(Contract)}"
        )
    return dream.contract
