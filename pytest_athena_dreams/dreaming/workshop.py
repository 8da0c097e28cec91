"""Applies transforms in the process that changes sources: one subject in, its variants by transform out.

Invariants: a transform that fails costs its own variants only, and is named in the answer; no variant is a
copy of the subject or of another variant, and each can be parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

import msgspec

from ..rewriting.process import CHANGED_SOURCE
from ..source.normalise import digest
from ..source.syntax import parsed
from .pieces import pieces
from .target import NoFunction, Target, Variant
from .tasks import Answer, Made, Task

MADE = 12
"""Maximum variants of one transform for one subject."""


def answer(line: bytes) -> bytes:
    """The answer to one task, both as JSON."""
    return msgspec.json.encode(apply(msgspec.json.decode(line, type=Task)))


def apply(task: Task) -> Answer:
    """The variants of a subject. Raises libcst's errors for a source that it can't read."""
    code = task.subject.code
    if len(code) > CHANGED_SOURCE:
        return Answer()
    try:
        fitting = [one for one in task.partners if len(code) + len(one.subject.code) <= CHANGED_SOURCE]
        target = Target(task.subject, fitting)
    except NoFunction:
        return Answer()
    known, made, faults = {digest(code)}, list[Made](), dict[str, str]()
    for name in task.transforms:
        variants: Callable[[Target], Iterator[Variant]] = import_module(
            f"{__package__}.transforms.{name}"
        ).variants
        try:
            for variant in _new(target, variants(target), known):
                made.append(Made(transform=name, code=variant.code, why=variant.why, other=variant.other))
        except Exception as error:  # named in the answer, and counted by the parent
            faults[name] = f"{type(error).__name__}: {error}"[:300]
    found = tuple(pieces(target)) if task.pieces else ()
    return Answer(entry_point=target.entry_point, made=tuple(made), pieces=found, faults=faults)


def _new(target: Target, variants: Iterator[Variant], known: set[str]) -> Iterator[Variant]:
    """The first variants that are Python, mean the builtins that they use, and are no copies."""
    number = 0
    for variant in variants:
        mark = digest(variant.code)
        tree = parsed(variant.code)
        if mark in known or tree is None or target.misreads(tree):
            continue
        known.add(mark)
        yield variant
        number += 1
        if number == MADE:
            return
