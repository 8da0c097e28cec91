"""What a check answers: one JSON object, whose schema is shipped and versioned.

Invariants: an answer is made from a verdict alone, so each way to ask gives the same; every key is always
there, and ``null`` means that there is nothing to say; the JSON is ASCII and safe to show.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from enum import StrEnum
from importlib.resources import files
from typing import Any

import msgspec

from .. import __version__
from ..learn.patterns import fingerprint
from ..learn.suggestions import rule
from ..models import Category, Contract, Fault, Figures, Outcome, Reason
from ..text import inert
from .checker import Checked
from .variant import Variant

CHECK_SCHEMA = "athena-dreams-check"
CHECK_VERSION = 1
"""Changes where a key goes or means something else; further keys do not change it."""


class Answered(StrEnum):
    """What a check came to."""

    PASSED = "passed"
    FAILED = "failed"
    UNTESTABLE = "untestable"
    REFUSED = "refused"

    @property
    def status(self) -> int:
        """The exit status."""
        return _STATUSES[self]


_STATUSES = {Answered.PASSED: 0, Answered.FAILED: 1, Answered.UNTESTABLE: 3, Answered.REFUSED: 2}
_BY_OUTCOME = {
    Outcome.SUCCESS: Answered.PASSED,
    Outcome.FAILURE: Answered.FAILED,
    Outcome.UNTESTABLE: Answered.UNTESTABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A repair that passes: its kind, why it helps, the diff and the whole code, and on how many inputs."""

    kind: str
    why: str
    diff: str
    code: str
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another way in which the variant fails."""

    category: Category
    text: str
    call: str | None
    expected: str
    got: str
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Figures):
    """One check. ``text`` says it in a sentence; ``call`` is the smallest call that shows a failure, as
    Python, ``expected`` and ``got`` what procedure and variant do there, ``contrast`` the same line by line
    where it is long, ``world`` what surrounded the call, a line each, ``line`` a line of the variant, and
    ``rule`` what to do about it. ``reason`` says why it is untestable.

    ``name`` is what was checked. ``own`` is false where only what a function needs changed, and ``null``
    where no two versions were compared.
    """

    schema: str = CHECK_SCHEMA
    version: int = CHECK_VERSION
    tool: str = __version__
    name: str | None = None
    verdict: Answered
    text: str
    contract: Contract | None = None
    category: Category | None = None
    reason: Reason | None = None
    call: str | None = None
    expected: str | None = None
    got: str | None = None
    contrast: tuple[str, ...] = ()
    world: tuple[str, ...] = ()
    line: int | None = None
    exception: str | None = None
    rule: str | None = None
    others: tuple[Other, ...] = ()
    repair: Repaired | None = None
    seed: int | None = None
    own: bool | None = None


_FIGURES = tuple(field.name for field in fields(Figures))
_OWN_KEYS = tuple(field.name for field in fields(Answer) if field.name not in _FIGURES)


def answer_of(
    variant: Variant,
    checked: Checked,
    *,
    name: str | None,
    seed: int,
    shift: int = 0,
    own: bool | None = None,
) -> Answer:
    """The answer for a variant that was tested. ``shift`` is subtracted from its lines."""
    verdict = checked.verdict
    fault = verdict.faults[0] if verdict.faults else None
    values: dict[str, Any] = {name: getattr(verdict.figures, name) for name in _FIGURES}
    if fault is not None:
        print_ = fingerprint(fault, variant.code, variant.like)
        values |= {
            "call": fault.call,
            "expected": fault.expected,
            "got": fault.got,
            "contrast": fault.contrast,
            "world": fault.world,
            "line": _line(fault, shift),
            "exception": fault.exception,
            "rule": rule(print_.category, print_.exception, print_.message, print_.context),
        }
    repair = checked.repair
    if repair is not None:
        values["repair"] = Repaired(
            kind=repair.kind, why=repair.why, diff=repair.diff(), code=repair.code, accepted=repair.accepted
        )
    return Answer(
        **values,
        name=name,
        verdict=_BY_OUTCOME[verdict.outcome],
        text=_sentence(checked, fault),
        contract=verdict.contract,
        category=verdict.category,
        reason=verdict.reason,
        others=tuple(
            Other(
                category=other.category,
                text=other.summary,
                call=other.call,
                expected=other.expected,
                got=other.got,
                line=_line(other, shift),
            )
            for other in verdict.faults[1:]
        ),
        seed=seed,
        own=own,
    )


def refusal_of(text: str, *, name: str | None) -> Answer:
    """The answer to a request that can't be carried out."""
    return Answer(name=name, verdict=Answered.REFUSED, text=text)


def as_line(answer: Answer) -> str:
    """The answer as one line of JSON, in ASCII; lone surrogates stay as escapes."""
    data = msgspec.to_builtins(answer)
    ordered = {name: data[name] for name in (*_OWN_KEYS, *_FIGURES)}
    return inert(json.dumps(ordered))


def check_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of :func:`as_line`, made from the classes."""
    (root,), components = msgspec.json.schema_components((Answer,), ref_template="#/$defs/{name}")
    for component in components.values():
        if "properties" in component:
            component["required"] = list(component["properties"])  # each is always written
            for described in component["properties"].values():
                described.pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{CHECK_SCHEMA}:{CHECK_VERSION}",
        "title": "The answer of athena-dreams check",
        **root,
        "$defs": components,
    }


def packaged_check_schema() -> dict[str, Any]:
    """The JSON Schema as it is shipped, ``pytest_athena_dreams/agents/check.schema.json``."""
    text = (files("pytest_athena_dreams.agents") / "check.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _line(fault: Fault, shift: int) -> int | None:
    return None if fault.line is None else fault.line - shift


def _sentence(checked: Checked, fault: Fault | None) -> str:
    verdict = checked.verdict
    if fault is not None:
        return fault.summary
    return verdict.text or f"passed on {verdict.accepted} inputs"
