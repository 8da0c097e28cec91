"""The learning report as data: ``athena-dreams report`` shows it, and a generator can read it.

Invariants: plain frozen data, every field is a builtin or one of these classes; ``VERSION`` rises whenever a
field is removed or changes its meaning, not for a new one; ``report/schema.json`` is generated from these
classes.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..learn.metrics import Calibration, Distribution, Group
from ..learn.suggestions import Example
from ..models import Figures
from ..worlds import Part

NAME = "athena-dreams-report"
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """One run; ``categories`` counts its failures, ``rate`` is the share of its tested dreams that passed.

    ``tested`` are those that passed or failed; ``untestable`` counts the others. ``selection`` is what
    restricted the run to some dreams, so that its ``rate`` says nothing of all.
    """

    id: int
    started_at: int
    finished_at: int | None
    seed: int | None
    sandbox: str | None
    commit: str | None
    selection: str | None
    exit_status: int | None
    tested: int
    passed: int
    failed: int
    untestable: int
    rate: float | None
    categories: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The store as it stands: all dreams, those tested, and what their latest results say.

    ``untestable`` counts the dreams whose latest result that is; they are not among the ``tested``.
    """

    dreams: int
    by_status: dict[str, int]
    by_tier: dict[str, int]
    tested: int
    passed: int
    failed: int
    untestable: int
    rate: float | None
    categories: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What became of the last run's dreams, as ids, against their results before it.

    ``known`` dreams fail as they did before, ``different`` ones fail again, but in another way.
    """

    new: tuple[int, ...]
    back: tuple[int, ...]
    known: tuple[int, ...]
    different: tuple[int, ...]
    fixed: tuple[int, ...]
    flaky: tuple[int, ...]
    passing: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternReport:
    """A failure pattern. ``open`` dreams show it now, ``dreams`` ever did; ``frequency`` counts results.

    ``rule`` is ready to be put in a prompt; ``example`` is ``None`` where no dream shows the pattern now.
    """

    id: str
    title: str
    category: str
    exception: str | None
    message: str
    context: str
    status: str
    frequency: int
    dreams: tuple[int, ...]
    open: tuple[int, ...]
    first_run: int
    last_run: int
    first_seen: int | None
    last_seen: int | None
    dream_types: tuple[str, ...]
    models: tuple[str, ...]
    procedures: tuple[str, ...]
    rule: str
    example: Example | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A row of Athena's ``dream_metrics``; ``parts`` are its four weighted components."""

    timestamp: int
    score: float
    parts: dict[str, float]
    viability: float | None
    novelty: float | None
    tier1_success: float | None
    adoption: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairReport:
    """A mechanical repair that passed the dream's own test in the jail on ``accepted`` inputs."""

    kind: str
    why: str
    diff: str
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A dream's result in one run."""

    run: int
    outcome: str
    category: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DreamReport(Figures):
    """One tested dream: its latest result with all its figures, what the last run changed, and its history.

    ``change`` is ``None`` where the last run did not test it. ``world`` is what surrounded the ``call``, and
    ``contrast`` what procedure and dream did there, line by line where that is long: ``-`` the procedure's.
    """

    id: int
    label: str | None
    procedure: str
    procedure_id: int | None
    dream_type: str
    tier: int | None
    model: str | None
    viability: float | None
    novelty: float | None
    outcome: str
    category: str | None
    contract: str | None
    change: str | None
    patterns: tuple[str, ...]
    error: str | None
    call: str | None
    expected: str | None
    got: str | None
    contrast: tuple[str, ...]
    world: tuple[Part, ...]
    line: int | None
    code: str
    history: tuple[Past, ...]
    repair: RepairReport | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UntestableReport:
    """A dream that could not be tested in run ``run``, the last one to try it; ``text`` has the remedy."""

    id: int
    label: str | None
    procedure: str
    dream_type: str
    tier: int | None
    run: int
    reason: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureReport:
    """A procedure that tested dreams vary."""

    id: int
    name: str
    project: str | None
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """Success by kind, from the latest results."""

    dream_type: tuple[Group, ...]
    model: tuple[Group, ...]
    tier: tuple[Group, ...]
    procedure: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeReport:
    """How well the scores of one judge foretold the outcomes: as it gave them, and calibrated by outcomes."""

    name: str
    raw: Calibration
    calibrated: Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReport:
    """How tested dreams did whose prompt showed a rule, and those whose prompt left it out for comparison.

    ``difference`` is the first share that passed minus the second one, with its interval of 95 %; ``None`` if
    there are none of either.
    """

    pattern: str
    title: str
    rule: str
    shown_tested: int
    shown_passed: int
    withheld_tested: int
    withheld_passed: int
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonReport:
    """Why some dreams are untestable, and how many are."""

    text: str
    dreams: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NightReport:
    """One night: how its steps ended by name, what it wrote and tested, which dreams it adopted, and USD by
    model. ``last_run`` is the id of the last test run up to its end; the times are epoch seconds.
    """

    id: int
    started_at: int
    finished_at: int | None
    exit_status: int | None
    steps: dict[str, str]
    last_run: int
    written: int
    tested: int
    adopted: tuple[int, ...]
    spent_usd: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it. ``run`` is the last run, ``None`` where nothing was tested yet; times are epoch seconds.

    ``night`` is the one that the report was asked for. ``dreams`` and ``untestable`` are those of the last
    runs: ``totals`` counts all.
    """

    schema: str
    version: int
    tool: str
    store: str
    generated_at: int
    night: NightReport | None
    run: RunReport | None
    totals: Totals
    changes: Changes
    patterns: tuple[PatternReport, ...]
    breakdown: Breakdown
    calibration: Calibration
    judges: tuple[JudgeReport, ...]
    rules: tuple[RuleReport, ...]
    speed: Distribution | None
    divergence: Distribution | None
    widening: Distribution | None
    evidence: Distribution | None
    health: tuple[Health, ...]
    runs: tuple[RunReport, ...]
    adopt: tuple[int, ...]
    dreams: tuple[DreamReport, ...]
    untestable: tuple[UntestableReport, ...]
    reasons: tuple[ReasonReport, ...]
    procedures: tuple[ProcedureReport, ...]
