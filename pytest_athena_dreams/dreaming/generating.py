"""A generation run: procedure by procedure, from drafts to dreams in the store.

Invariants: a procedure's dreams are stored in one transaction and once in a run; what models and plugins
were asked for is stored before they are asked, so a run that goes on asks for the same; the random choices
for a procedure depend on the seed and on what earlier nights brought, and not on other procedures.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..store.database import Store
from ..store.generation import (
    Drop,
    NewDream,
    assign,
    family,
    finish_procedure,
    finished_procedures,
    written,
)
from .allotment import Allotment, Arm, Record, Tally
from .drafts import Draft, Subject
from .prefilter import Prefilter
from .reasons import WriterReason, reasons
from .selecting import Selection, select

MECHANICAL = "mechanical"
"""The kind of all writers that cost nothing: transforms and ruff."""

Mechanical = Callable[[Sequence[Subject]], Iterable[tuple[Subject, list[Draft]]]]
"""Gives all mechanical drafts of each procedure, in the order of the procedures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a run is asked for: ``places`` dreams for each of the ``subjects``, of ``types``.

    ``others`` are further procedures that a dream may use a part of. ``asked`` is everything else that makes
    two runs different: budget, models, plugins.
    """

    strategy: str
    places: int
    types: tuple[str, ...]
    seed: int
    subjects: tuple[Subject, ...]
    others: tuple[Subject, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()

    @property
    def settings(self) -> str:
        """All that was asked for but the procedures, as JSON."""
        return json.dumps(
            {"strategy": self.strategy, "types": self.types, "seed": self.seed, **dict(self.asked)}
        )

    @property
    def digest(self) -> str:
        """A short name for the order: equal orders have equal ones."""
        procedures = [[one.id, one.code, one.entry_point] for one in self.subjects]
        text = json.dumps([self.settings, procedures])
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


class Author(Protocol):
    """A writer that is asked for a number of dreams: a model, or a plugin. ``kind`` is the start of its
    drafts' ``writer``."""

    kind: str
    problems: list[str]
    """What went wrong, in words."""

    def may_write(self, subject: Subject) -> bool:
        """Whether it may see this procedure, and can write now."""

    def begin(self, subject: Subject, counts: Mapping[str, int]) -> None:
        """Ask for so many dreams by type."""

    def collect(self, subject: Subject) -> list[Draft]:
        """What was written for a procedure, once it is there; nothing if it was not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A procedure that is finished: the ids of its dreams, and what was chosen and dropped."""

    subject: Subject
    ids: tuple[int, ...]
    selection: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What earlier nights brought: a record for each tested dream, by its full writer."""

    records: tuple[Record, ...] = ()

    def by_kind(self) -> Iterator[Record]:
        """The same with all writers of a kind as one."""
        for one in self.records:
            arm = Arm(
                procedure=one.arm.procedure,
                dream_type=one.arm.dream_type,
                writer=kind_of(one.arm.writer),
            )
            yield Record(arm=arm, better=one.better, age=one.age)


def kind_of(writer: str) -> str:
    """The kind of a writer: ``model``, ``plugin`` or ``mechanical``."""
    kind = writer.partition(":")[0]
    return kind if kind in ("model", "plugin") else MECHANICAL


class Generation:
    """One run at work on ``store``, which it alone writes dreams to. ``jobs`` procedures are asked for at a
    time.

    ``private`` are ids of procedures whose code no dream of another one may hold: a model may see that one.
    """

    def __init__(
        self,
        store: Store,
        run_id: int,
        order: Order,
        *,
        mechanical: Mechanical,
        authors: Sequence[Author] = (),
        past: Past | None = None,
        private: Collection[int] = (),
        jobs: int = 1,
    ) -> None:
        self.store = store
        self.run_id = run_id
        self.order = order
        self._mechanical = mechanical
        self._authors = authors
        past = past or Past()
        self._tally = Tally(past.records)
        self._kinds = Tally(past.by_kind())
        self._sources = {one.id: one.code for one in (*order.subjects, *order.others)}
        self._private = frozenset(private)
        self._jobs = jobs
        self._since = time.monotonic()

    def run(self) -> Iterator[Done]:
        """Write what the run has not written yet, and give each procedure as it is finished."""
        finished = finished_procedures(self.store, self.run_id)
        left = [subject for subject in self._by_promise() if subject.id not in finished]
        begun: deque[tuple[Subject, list[Draft]]] = deque()
        for subject, drafts in self._mechanical(left):
            usable = [draft for draft in drafts if self._may_use(subject, draft)]
            self._begin(subject, usable)
            begun.append((subject, usable))
            if len(begun) == self._jobs:
                yield self._finish(*begun.popleft())
        while begun:
            yield self._finish(*begun.popleft())

    def _may_use(self, subject: Subject, draft: Draft) -> bool:
        """Whether a draft is of a wanted type, and holds no code of another procedure that is private."""
        hidden = self._private.intersection(draft.parents) - {subject.id}
        return draft.dream_type in self.order.types and not hidden

    def plans(self) -> Iterator[tuple[Subject, dict[str, dict[str, int]]]]:
        """What authors would be asked for each procedure; nothing is stored."""
        for subject, drafts in self._mechanical(self.order.subjects):
            yield subject, self._planned(subject, drafts)

    def reasons(self) -> list[WriterReason]:
        """Why the run wrote what it has written so far."""
        return reasons(self._tally, written(self.store, self.run_id))

    def seconds(self) -> float:
        """Seconds since this was last asked."""
        before, self._since = self._since, time.monotonic()
        return self._since - before

    def _by_promise(self) -> list[Subject]:
        """The procedures, those first for which authors promise most: a budget may end before the last."""
        if not self._authors:
            return list(self.order.subjects)
        allotment = Allotment(self._kinds, f"{self.order.seed}:order")
        promise = {
            subject.id: max(
                allotment.draw(Arm(procedure=subject.id, dream_type=kind, writer=author.kind))
                for author in self._authors
                for kind in self.order.types
            )
            for subject in self.order.subjects
        }
        return sorted(self.order.subjects, key=lambda subject: (-promise[subject.id], subject.id))

    def _planned(self, subject: Subject, drafts: Sequence[Draft]) -> dict[str, dict[str, int]]:
        """What authors are asked for a procedure with these mechanical drafts: numbers by kind and type."""
        authors = [author for author in self._authors if author.may_write(subject)]
        if not authors:
            return {}
        allotment = Allotment(self._kinds, f"{self.order.seed}:{subject.id}:kinds")
        supply = Counter(
            Arm(procedure=subject.id, dream_type=draft.dream_type, writer=MECHANICAL) for draft in drafts
        )
        for author in authors:
            for kind in self.order.types:
                arm = Arm(procedure=subject.id, dream_type=kind, writer=author.kind)
                supply[arm] = self.order.places
        counts: dict[str, dict[str, int]] = {author.kind: {} for author in authors}
        for arm, number in sorted(allotment.deal(supply, self.order.places).items()):
            if arm.writer in counts:
                counts[arm.writer][arm.dream_type] = number
        return counts

    def _begin(self, subject: Subject, drafts: Sequence[Draft]) -> None:
        """Ask the authors for what is planned, or for what an earlier part of the run has planned."""
        plan = self._planned(subject, drafts)
        planned = assign(self.store, self.run_id, subject.id, plan)["assigned"]
        for author in self._authors:
            if counts := planned.get(author.kind):
                author.begin(subject, counts)

    def _finish(self, subject: Subject, drafts: Sequence[Draft]) -> Done:
        paid = [draft for author in self._authors for draft in author.collect(subject)]
        prefilter = Prefilter(
            subject.code,
            family(self.store, subject.id, subject.name),
            sources=self._sources,
        )
        selection = select(
            prefilter,
            Allotment(self._tally, f"{self.order.seed}:{subject.id}"),
            subject.id,
            paid=paid,
            free=drafts,
            places=self.order.places,
        )
        ids = finish_procedure(
            self.store,
            self.run_id,
            {"id": subject.id, "name": subject.name},
            [
                NewDream(
                    code=draft.code,
                    entry_point=draft.entry_point,
                    dream_type=draft.dream_type,
                    contract=draft.contract,
                    reasoning=draft.reasoning,
                    writer=draft.writer,
                    model=draft.writer.removeprefix("model:"),
                    parents=draft.parents or (subject.id,),
                    digest=passed.digest,
                    novelty=passed.novelty,
                    call=draft.call,
                    matches=draft.matches,
                )
                for draft, passed in selection.chosen
            ],
            [
                Drop(dream_type=kind, writer=writer, reason=reason.value, drafts=number)
                for (kind, writer, reason), number in sorted(selection.dropped.items())
            ],
            seconds=self.seconds(),
        )
        return Done(subject=subject, ids=tuple(ids), selection=selection)
