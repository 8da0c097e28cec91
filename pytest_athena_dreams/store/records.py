"""What the store takes and gives beside the models: runs, results, and light views of dreams.

Invariants: plain frozen data, no I/O; field names are the column names of the tables they go to or come
from; times are integer epoch seconds, durations float seconds, memory bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

from ..models import Figures

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..models import Category, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One test session, as it begins. ``settings`` and ``versions`` are JSON text.

    ``selection`` is what restricted it to some dreams, such as ``-k name``; ``None`` if nothing did.
    """

    started_at: int
    settings: str
    seed: int
    versions: str
    sandbox: str
    commit: str | None = None
    selection: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The verdict on one dream in one run.

    ``athena_outcome`` is one of Athena's eight fine-grained terms, ``None`` for an untestable dream.
    ``error`` is a short text, ``None`` on success: a failure's becomes the dream's ``test_error``.
    ``failing_input`` is the smallest call that shows the failure, as Python; ``details`` is JSON text.
    Each of the ``figures`` has a column of its own (:mod:`.columns`). ``digest`` identifies everything that
    the verdict depends on. Where this dream was not run, its verdict comes from ``taken_from_dream`` in the
    run ``taken_from_run``. ``dream_code`` and ``procedure_code`` are digests of the texts that were tested;
    ``dream_codes`` has the texts.
    """

    dream_id: int
    outcome: Outcome
    category: Category | None
    athena_outcome: str | None
    contract: str
    error: str | None
    failing_input: str | None
    procedure_result: str | None
    dream_result: str | None
    details: str | None
    figures: Figures = field(default_factory=Figures)
    reason: str | None = None
    digest: str | None = None
    taken_from_dream: int | None = None
    taken_from_run: int | None = None
    dream_code: str | None = None
    procedure_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A stored verdict that holds for a dream: whose it is, of which run, and which patterns it shows."""

    dream_id: int
    run_id: int
    outcome: Outcome
    error: str | None
    patterns: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One pattern that a result shows; ``place`` is where its fault stands in the result's ``details``."""

    pattern_id: str
    place: int
    category: Category
    exception: str | None
    message: str
    context: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A result as it stands in the store."""

    run_id: int
    tested_at: int
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A dream without its code, for listings. Terms are as stored, known to this version or not.

    ``untestable`` is why the dream could not be tested last time, ``None`` if it could or was not tested yet.
    """

    id: int
    label: str | None
    base_procedure_name: str | None
    dream_type: str
    tier: int | None
    status: str | None
    viability_score: float | None
    test_outcome: str | None
    test_category: str | None
    test_timestamp: int | None
    untestable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """All that the store knows of one dream: whole rows, columns of Athena's own included."""

    dream: dict[str, Any]
    procedure: dict[str, Any] | None
    history: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did, in dreams. ``requeued`` of the ``updated`` ones wait for a test again.

    ``procedures`` are the versions of procedures that it added without a dream.
    """

    created: int
    updated: int
    requeued: int
    unchanged: int
    procedures: int = 0


class Filters(TypedDict, total=False):
    """Conditions on dreams, all of which must hold. A missing one or ``None`` allows everything."""

    ids: Collection[int] | None
    status: str | None
    tier: int | None
    procedure: str | None
    dream_type: str | None
    outcome: str | None
    category: str | None
    evidence_below: float | None
