"""Which procedures could work together: those that behave alike, and those that fit one another.

Two procedures are compared on a pool that all procedures with the same types of arguments share. They behave
alike if the second gives an equal result for nearly all inputs on which the first returns. They fit if one
takes what the other returns, by the types that were seen, or that are annotated where the jail can't run one.

Procedures of other projects count; where all are of one project, all others count.

Invariants: results are compared as in a verdict; the same procedures and seed give the same partners.
"""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..judge.equality import difference
from ..models import Observation
from ..source.syntax import parsed
from .behaviour import Bench, Profile, Shape, returned, type_name
from .drafts import Subject
from .parameters import parameters
from .tasks import Partner, Piece, Role

COMPARED_PROCEDURES = 200
"""Maximum procedures to compare; of more, a sample."""
SHARED_INPUTS = 32
"""Inputs of a shared pool."""
ALIKE = 0.95
"""Share of inputs with an equal result from which two procedures count as alike."""
LEAST_RETURNED, LEAST_DISTINCT = 6, 3
"""Inputs on which a procedure must return, and different results that it must give, to be compared."""
NEXT_PARTNERS, BESIDE_PARTNERS = 6, 3
"""Maximum partners of a role to try for one subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A function as it is annotated: its parameters, how many of them are required, and its result."""

    names: tuple[str, ...]
    annotations: tuple[str | None, ...]
    required: int
    returns: str | None


class Kinship:
    """Compares procedures in ``bench``. ``subjects`` are those to find partners for among ``others``."""

    def __init__(
        self, bench: Bench, subjects: Sequence[Subject], others: Sequence[Subject], seed: int
    ) -> None:
        self._bench, self._seed = bench, seed
        known = {one.id: one for one in (*subjects, *others)}
        everyone = sorted(known.values(), key=lambda one: one.id)
        if len(everyone) > COMPARED_PROCEDURES:
            everyone = random.Random(seed).sample(everyone, COMPARED_PROCEDURES)
        self._everyone = everyone
        self._one_project = len({one.project for one in known.values()}) < 2
        self._profiles: dict[int, Profile] = {}
        for one in everyone:
            profile = bench.profile(one)
            if profile is not None:
                self._profiles[one.id] = profile
        self._pools = self._shared_pools()
        self._seen: dict[tuple[int, Shape], list[Observation | None]] = {}

    def profile(self, number: int) -> Profile | None:
        """What the jail saw of the procedure with this id."""
        return self._profiles.get(number)

    def usable(self, subject: Subject) -> list[Subject]:
        """The procedures that may be partners of a subject."""
        return [
            one
            for one in self._everyone
            if one.id != subject.id and (self._one_project or one.project != subject.project)
        ]

    def matches(self, subject: Subject) -> int | None:
        """How many of them behave like the subject; ``None`` if it could not be compared."""
        return None if subject.id not in self._profiles else len(list(self._alike(subject)))

    def partners(self, subject: Subject) -> list[Partner]:
        """The partners of a subject but for its pieces, the best first."""
        found = [
            Partner(subject=other, role=Role.SAME, how=f"equal results on {inputs} shared inputs")
            for other, share, inputs in self._alike(subject)
            if share == 1
        ]
        chance = random.Random(f"{self._seed}:{subject.id}")
        others = [one for one in self.usable(subject) if self._ends(one)] if self._ends(subject) else []
        chance.shuffle(others)
        following = [other for other in others if self._follows(subject, other)]
        beside = [(other, given) for other in others if (given := self._beside(subject, other)) is not None]
        found += [
            Partner(subject=other, role=Role.NEXT, how=f"it takes {self._result(subject)}")
            for other in following[:NEXT_PARTNERS]
        ]
        found += [
            Partner(subject=other, role=Role.BESIDE, how="by their types", arguments=given)
            for other, given in beside[:BESIDE_PARTNERS]
        ]
        return found

    def parts(self, subject: Subject, pieces: Sequence[Piece]) -> Iterator[Partner]:
        """The partners that do what a piece of the subject does."""
        usable = {one.id for one in self.usable(subject)}
        members = {
            shape: [one for one in found if one.subject.id in usable]
            for shape, found in self._members().items()
        }
        for number, piece in enumerate(pieces):
            shapes = [shape for shape, found in members.items() if found and len(shape) == piece.arity]
            payloads = [payload for shape in shapes for payload in self._pools[shape]]
            seen = iter(self._bench.run(piece.code, piece.entry_point, payloads) if payloads else ())
            for shape in shapes:
                own = [next(seen) for _ in self._pools[shape]]
                for other in members[shape]:
                    share, inputs = agreement(own, self._on(other, shape))
                    if share == 1:
                        how = f"equal results on {inputs} shared inputs"
                        yield Partner(subject=other.subject, role=Role.PART, how=how, piece=number)
                        break

    def _alike(self, subject: Subject) -> Iterator[tuple[Subject, float, int]]:
        own = self._profiles.get(subject.id)
        if own is None:
            return
        for other in self.usable(subject):
            theirs = self._profiles.get(other.id)
            shared = [shape for shape in own.shapes if theirs and shape in theirs.shapes]
            if theirs is None or not shared:
                continue
            one = [seen for shape in shared for seen in self._on(own, shape)]
            two = [seen for shape in shared for seen in self._on(theirs, shape)]
            share, inputs = agreement(one, two)
            if share >= ALIKE:
                yield other, share, inputs

    def _shared_pools(self) -> dict[Shape, list[bytes]]:
        """For each shape, inputs of all procedures that take it, in turns."""
        pools = {}
        for shape, members in self._members().items():
            queues = [[c.payload for c in one.calls if c.shape == shape] for one in members]
            turns = [queue[place] for place in range(SHARED_INPUTS) for queue in queues if place < len(queue)]
            pools[shape] = list(dict.fromkeys(turns))[:SHARED_INPUTS]
        return pools

    def _members(self) -> dict[Shape, list[Profile]]:
        found: defaultdict[Shape, list[Profile]] = defaultdict(list)
        for profile in self._profiles.values():
            for shape in profile.shapes:
                found[shape].append(profile)
        return found

    def _on(self, profile: Profile, shape: Shape) -> list[Observation | None]:
        """What a procedure does on the shared pool of a shape."""
        key = profile.subject.id, shape
        if key not in self._seen:
            subject = profile.subject
            self._seen[key] = self._bench.run(subject.code, subject.entry_point, self._pools[shape])
        return self._seen[key]

    def _ends(self, subject: Subject) -> bool:
        """Whether all calls of a procedure ended, as far as the jail ran it: another one can't stop it."""
        profile = self._profiles.get(subject.id)
        return profile is None or profile.ends

    def _follows(self, subject: Subject, other: Subject) -> bool:
        """Whether ``other`` takes what the subject returns."""
        own, theirs = self._profiles.get(subject.id), self._profiles.get(other.id)
        if own is not None and theirs is not None:
            return (own.returns,) in theirs.shapes
        first, second = form(subject), form(other)
        if first is None or second is None or first.returns in (None, "None"):
            return False
        return second.required <= 1 and second.annotations[:1] == (first.returns,)

    def _beside(self, subject: Subject, other: Subject) -> tuple[str, ...] | None:
        """The subject's parameters that ``other`` takes, empty for all; ``None`` if it does not."""
        own, theirs = self._profiles.get(subject.id), self._profiles.get(other.id)
        first, second = form(subject), form(other)
        if first is None or second is None:
            return None
        if own is not None and theirs is not None:
            plain = first.required == len(first.annotations) and bool(own.shapes)
            return () if plain and own.shapes[0] in theirs.shapes else None
        return arguments(first, second)

    def _result(self, subject: Subject) -> str:
        own = self._profiles.get(subject.id)
        return own.returns if own is not None else str(getattr(form(subject), "returns", None))


def arguments(first: Form, second: Form) -> tuple[str, ...] | None:
    """Parameters of the first with the types that the second requires; ``None`` if it lacks one."""
    left = dict(zip(first.names, first.annotations, strict=True))
    found = []
    required = list(zip(second.names, second.annotations, strict=True))[: second.required]
    for name, annotation in required:
        fitting = [own for own, kind in left.items() if kind == annotation is not None]
        if not fitting:
            return None
        found.append(name if name in fitting else fitting[0])
        del left[found[-1]]
    return tuple(found) or None


def agreement(one: Sequence[Observation | None], two: Sequence[Observation | None]) -> tuple[float, int]:
    """The share of inputs on which the first returned that the second gives an equal result for, and their
    number; no share if they are too few, or the results hardly differ."""
    pairs = [(a, b) for a, b in zip(one, two, strict=True) if a is not None and returned(a)]
    distinct = {repr(a.value) for a, _ in pairs}
    if len(pairs) < LEAST_RETURNED or len(distinct) < (2 if _is_flag(pairs[0][0]) else LEAST_DISTINCT):
        return 0.0, len(pairs)
    equal = sum(b is not None and returned(b) and _is_equal(a, b) for a, b in pairs)
    return equal / len(pairs), len(pairs)


def _is_equal(one: Observation, two: Observation) -> bool:
    """Whether two calls returned equal values and left their arguments alike."""
    alike = difference(one.value, two.value) is None
    return alike and difference(one.changed, two.changed) is None


def _is_flag(seen: Observation) -> bool:
    return type_name(seen.value) == "bool"


@lru_cache(maxsize=2048)
def form(subject: Subject) -> Form | None:
    """How the function of a procedure is annotated; ``None`` if it is not found."""
    tree = parsed(subject.code)
    if tree is None:
        return None
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    wanted = (subject.entry_point, subject.name)
    named = [node for node in functions if node.name in wanted] or functions[-1:]
    if not named or named[-1].args.vararg or named[-1].args.kwarg or named[-1].args.kwonlyargs:
        return None
    node = named[-1]
    found = parameters(node)
    return Form(
        names=tuple(each.name for each in found),
        annotations=tuple(each.annotation for each in found),
        required=sum(not each.has_default for each in found),
        returns=ast.unparse(node.returns) if node.returns else None,
    )
