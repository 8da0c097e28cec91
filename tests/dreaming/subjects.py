"""Subjects for the tests of transforms, and transforms applied in this process."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import msgspec

from pytest_athena_dreams.dreaming.drafts import Subject
from pytest_athena_dreams.dreaming.mechanical import printable
from pytest_athena_dreams.dreaming.target import Target, Variant
from pytest_athena_dreams.dreaming.tasks import Task
from tests.corpus import corpus

ITEMS = """\
def total(items: list[int]) -> int:
    result = 0
    for item in items:  # one by one
        result += item
    return result
"""


def subject(code: str, name: str = "", *, number: int = 1, project: str | None = "here") -> Subject:
    """A procedure; its name is that of its first function if none is given."""
    name = name or code.partition("def ")[2].partition("(")[0] or "nothing"
    return Subject(id=number, name=name, project=project, code=code, entry_point=None)


def encoded(one: Subject, *transforms: str) -> bytes:
    """The task to apply transforms to a subject."""
    return msgspec.json.encode(Task(subject=printable(one), transforms=transforms))


def variants(transform: str, code: str) -> list[Variant]:
    """What a transform makes of a source."""
    made: Iterator[Variant] = import_module(f"pytest_athena_dreams.dreaming.transforms.{transform}").variants(
        Target(subject(code))
    )
    return list(made)


def procedures(name: str) -> tuple[Subject, ...]:
    """The procedures of a corpus; skips if it is not on this machine."""
    found = {line["procedure"]["name"]: line["procedure"] for line in corpus(name) if line.get("procedure")}
    return tuple(
        Subject(
            id=number,
            name=each["name"],
            project=each.get("project"),
            code=each["code"],
            entry_point=each.get("entry_point"),
        )
        for number, each in enumerate(found.values(), 1)
    )
