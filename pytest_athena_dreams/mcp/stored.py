"""What the store says, in the shapes of the tools.

Invariants: each look-up opens the store for itself and keeps nothing, so it sees what others wrote.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..errors import DreamsError
from ..learn.patterns import fingerprint
from ..learn.suggestions import rule
from ..models import Category, Contract, Dream, DreamType, Fault, Outcome, Procedure, Reason, Status
from ..report.assembly import make_report
from ..report.figures import Report
from ..store.database import Store
from ..store.generation import read_procedures
from ..store.overview import Overview
from ..store.records import Summary
from .safe import fenced, long, short, term, term_or_none
from .shapes import (
    Count,
    Dreamed,
    Explanation,
    Health,
    HealthPart,
    Journal,
    JournalRow,
    Names,
    Stats,
    Untrusted,
)

EARLIER = 20
"""Health scores before the last one to give."""
WHOLE_REPORT = 1_000_000
"""Characters of a report's JSON above which it gives the latest dreams only."""
LATEST = 200
"""Dreams of a report that is too long."""
WRITERS_KEYS = frozenset({"code", "reasoning", "wrong", "right", "diff"})
"""Keys of the report that hold code; the resource leaves their text out."""


def dream_of(path: Path, dream_id: int) -> Dream:
    """A dream. Raises ``DreamsError`` if there is none with this id."""
    with Store.open(path) as store:
        found = store.dreams(ids=[dream_id])
    if not found:
        raise DreamsError(f"the store has no dream with the id {dream_id}; dream_journal lists ids")
    return found[0]


def procedure_of(path: Path, reference: str) -> Procedure:
    """The last version of a procedure, by id or name. Raises ``DreamsError``."""
    with Store.open(path) as store:
        rows = read_procedures(store)
    found = [row for row in rows if reference == str(row["id"])]
    found = found or [row for row in rows if reference == row["name"]]
    if len(found) != 1:
        known = ", ".join(str(row["id"]) for row in rows[:20]) or "none"
        how = "names several procedures" if found else "is no procedure of the store"
        raise DreamsError(f"{short(reference)!r} {how}; give an id, of which the first are: {known}")
    (row,) = found
    return Procedure(id=row["id"], name=row["name"], code=row["code"], entry_point=row["entry_point"])


def journal(path: Path, limit: int, **filters: Any) -> Journal:
    """The newest dreams that meet the filters."""
    with Store.open(path) as store:
        matching = store.count(**filters)
        newest = store.summaries(limit=limit, newest=True, **filters)
        models = {dream.id: dream.model_used for dream in store.dreams(ids=[one.id for one in newest])}
    return Journal(matching=matching, dreams=[_row(one, models.get(one.id)) for one in newest])


def _row(one: Summary, model: str | None) -> JournalRow:
    return JournalRow(
        id=one.id,
        dream_type=term(one.dream_type, DreamType),
        tier=one.tier if isinstance(one.tier, int) else None,
        status=term(one.status, Status),
        viability=_number(one.viability_score),
        outcome=term_or_none(one.test_outcome, Outcome),
        category=term_or_none(one.test_category, Category),
        tested_at=one.test_timestamp if isinstance(one.test_timestamp, int) else None,
        untestable=term_or_none(one.untestable, Reason),
        untrusted=Names(
            label=short(one.label) if one.label else None,
            procedure=short(one.base_procedure_name or ""),
            model=short(model) if model else None,
        ),
    )


def _number(value: object) -> float | None:
    """Athena's columns may hold anything."""
    return float(value) if isinstance(value, int | float) else None


def report(path: Path) -> Report:
    """The report on the store as it stands."""
    with Store.open(path) as store:
        return make_report(store)


def health(path: Path) -> Health:
    """Athena's score, and the ones before it."""
    rows = report(path).health
    if not rows:
        return Health()
    last = rows[-1]
    return Health(
        score=last.score,
        measured_at=last.timestamp,
        parts=[HealthPart(name=name, value=value) for name, value in last.parts.items()],
        tier1_success=last.tier1_success,
        novelty=last.novelty,
        viability=last.viability,
        earlier_scores=[row.score for row in rows[:-1][-EARLIER:]],
    )


def stats(path: Path) -> Stats:
    """The store in figures."""
    made = report(path)
    with Store.open(path) as store, store.reading() as db:
        types = Overview(store, db).counts("dream_type")
    totals = made.totals
    return Stats(
        dreams=totals.dreams,
        tested=totals.tested,
        passed=totals.passed,
        failed=totals.failed,
        untestable=totals.untestable,
        rate=totals.rate,
        by_status=_counts(totals.by_status, Status),
        by_tier=_counts(totals.by_tier, ("1", "2", "3", "none")),
        by_type=_counts(types, DreamType),
        categories=_counts(totals.categories, Category),
    )


def _counts(found: Mapping[str, int], known: Iterable[str]) -> list[Count]:
    counts: Counter[str] = Counter()
    for name, number in found.items():
        counts[term(name, tuple(known))] += number
    return [Count(name=name, dreams=number) for name, number in counts.most_common()]


def rule_of(fault: Fault, code: str, procedure: str | None) -> str:
    """The rule against a failure."""
    seen = fingerprint(fault, code, procedure)
    return rule(seen.category, seen.exception, seen.message, seen.context)


def explanation(path: Path, dream_id: int) -> Explanation:
    """A dream's last stored result, explained. Raises ``DreamsError`` if it was not tested yet."""
    with Store.open(path) as store:
        if not store.dreams(ids=[dream_id]):
            raise DreamsError(f"the store has no dream with the id {dream_id}; dream_journal lists ids")
        details = store.details(str(dream_id))
        dream = store.dreams(ids=[dream_id])[0]
    if not details.history:
        raise DreamsError(f"dream {dream_id} was not tested yet; try_fix tests its code as it is")
    result = details.history[-1].result
    faults = msgspec.json.decode(result.details, type=tuple[Fault, ...]) if result.details else ()
    base = dream.procedure.code if dream.procedure else None
    first = faults[0] if faults else None
    return Explanation(
        dream_id=dream_id,
        outcome=result.outcome,
        category=result.category,
        contract=term(result.contract, Contract),
        rule=rule_of(first, dream.code, base) if first else None,
        line=first.line if first else None,
        failing_inputs=first.inputs if first else 0,
        other_faults=max(0, len(faults) - 1),
        outdated=details.dream["test_outcome"] is None and result.outcome != Outcome.UNTESTABLE,
        untrusted=Untrusted(
            summary=long(result.error or (first.summary if first else "")),
            call=long(result.failing_input) if result.failing_input else None,
            world=long("\n".join(first.world) if first else ""),
            expected=long(result.procedure_result),
            got=long(result.dream_result),
        ),
        diff=fenced(_diff(base, dream.code)),
        code=fenced(dream.code),
        reasoning=fenced(str(details.dream.get("reasoning") or "")),
    )


def _diff(old: str | None, new: str) -> str:
    if old is None:
        return ""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "procedure", "dream", lineterm="")
    return "\n".join(lines)


def report_json(path: Path) -> str:
    """The report as JSON of its published schema, without code: its texts are empty there."""
    data = msgspec.to_builtins(report(path))
    _without_code(data)
    text = json.dumps(data, ensure_ascii=True)
    if len(text) > WHOLE_REPORT:
        data |= {"dreams": data["dreams"][-LATEST:], "untestable": data["untestable"][-LATEST:]}
        text = json.dumps(data, ensure_ascii=True)
    return text


def _without_code(data: Any) -> None:
    if isinstance(data, dict):
        for key, value in data.items():
            if key in WRITERS_KEYS and isinstance(value, str):
                data[key] = ""
            else:
                _without_code(value)
    elif isinstance(data, list | tuple):
        for item in data:
            _without_code(item)


def rules(path: Path) -> str:
    """The rule of each open pattern with its category, the most frequent first."""
    found: dict[tuple[str, str], int] = {}
    for pattern in report(path).patterns:
        if pattern.open:
            key = pattern.category, pattern.rule
            found[key] = found.get(key, 0) + len(pattern.open)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"- {text} ({category}, {number} open)" for (category, text), number in ranked]
    return "\n".join(lines) or "No rule: no dream of the store fails."


def last_run(path: Path) -> int:
    """The id of the last generation run, 0 before the first."""
    with Store.open(path) as store, store.reading() as db:
        key = store.dream_generation_runs.key
        found = db.execute(f"SELECT ifnull(max({key}), 0) FROM dream_generation_runs").fetchone()
    return int(found[0])


def dreamed(row: Mapping[str, Any], run_id: int, types: Sequence[str]) -> Dreamed:
    """What a generation run wrote."""
    counts = {kind: int(row[f"{kind}_count"] or 0) for kind in types}
    return Dreamed(
        run_id=run_id,
        written=int(row["total_dreams_generated"] or 0),
        requests=int(row["requests"] or 0),
        cost=float(row["cost"] or 0),
        dropped=sum(json.loads(row["dropped"] or "{}").values()),
        by_type=[Count(name=name, dreams=number) for name, number in counts.items() if number],
    )
