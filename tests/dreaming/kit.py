"""Short names for tests of generation runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pytest_athena_dreams.dreaming.drafts import Draft, Subject
from pytest_athena_dreams.dreaming.generating import Done, Generation, Order
from pytest_athena_dreams.dreaming.subjects import subject_of
from pytest_athena_dreams.models import DreamType
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.generation import (
    GenerationRun,
    begin_generation,
    read_procedures,
    unfinished_generation,
)
from tests.dreams import CLAMP, dream, make_store

TYPES = tuple(kind.value for kind in DreamType)
ALONE = [word for kind in TYPES if kind != DreamType.CROSS_PROJECT_SYNTHESIS for word in ("--type", kind)]
"""Options of the command for all types but the one that starts a jail."""
HALF = "def half(x: int) -> float:\n    return x / 2\n"
WORDS = """\
def words(texts: list[str], least: int = 3) -> list[str]:
    found = []
    for place in range(len(texts)):
        if len(texts[place]) >= least:
            found.append(texts[place])
    return found
"""


def store_of(path: Path, *procedures: str, **more: Any) -> Path:
    """A store with these procedures, each with a dream that was archived."""
    lines = [
        dream(f"old/{n}", f"{code}\n\nOLD = {n}\n", procedure=code, status="archived", **more)
        for n, code in enumerate(procedures or (CLAMP, HALF, WORDS))
    ]
    return make_store(path, *lines)


def plain(subjects: Sequence[Subject]) -> Iterator[tuple[Subject, list[Draft]]]:
    """A mechanical writer: for each type and two writers four variants that only carry another statement."""
    for subject in subjects:
        yield subject, [draft(subject, kind, place) for place in range(8) for kind in TYPES]


def draft(subject: Subject, kind: str, place: int) -> Draft:
    """The variant number ``place``, with as many more statements as no other one has."""
    extra = "".join(f"    {kind}_{place} = [{n}]\n" for n in range(1 + place * 4 + TYPES.index(kind)))
    head, _, body = subject.code.partition("\n")
    return Draft(
        code=f"{head}\n{extra}{body}",
        entry_point=subject.name,
        dream_type=kind,
        reasoning=f"variant {place}",
        writer=f"transform:{'odd' if place % 2 else 'even'}",
    )


def order(store: Store, **more: Any) -> Order:
    """An order for all procedures of ``store``."""
    subjects = tuple(map(subject_of, read_procedures(store)))
    values: dict[str, Any] = {"strategy": "light", "places": 5, "types": TYPES, "seed": 0}
    return Order(**values | {"subjects": subjects} | more)


def generation(store: Store, asked: Order, **more: Any) -> Generation:
    """A run of ``asked``, the unfinished one if there is one."""
    run = unfinished_generation(store, asked.digest)
    if run is None:
        run = begin_generation(
            store,
            GenerationRun(
                strategy=asked.strategy, plan=asked.digest, settings=asked.settings, seed=asked.seed
            ),
        )
    return Generation(store, run, asked, **{"mechanical": plain} | more)


def generate(store: Store, asked: Order, **more: Any) -> list[Done]:
    """Run it to its end."""
    return list(generation(store, asked, **more).run())
