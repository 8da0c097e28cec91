"""Prompts: Jinja files of this package, each with its version in its name.

Invariants: what comes from a store is fenced by a nonce that it can't hold, and bounded; equal arguments give
equal prompts, so the nonce is a digest of what it fences.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..models import Contract, DreamType

if TYPE_CHECKING:
    import jinja2

WRITE, JUDGE = "write.v1", "judge.v1"
"""The files in use. A changed prompt is a new file, so that a digest of old calls stays meaningful."""
MOST_RULES = 5
MOST_FAILURES = 3
MOST_OTHERS = 3
LONGEST_SOURCE = 12_000
"""Characters of a source that a prompt shows."""
LONGEST_EXCERPT = 600
"""Characters of a rule's example, of a call, and of a value."""
CONTRACT_WORDS = {
    Contract.EQUIVALENT: "on every input it returns an equal value, or raises the same type of exception.",
    Contract.SUPERSET: (
        "where the function returns, the variant returns an equal value; where the function raises, the "
        "variant may do anything."
    ),
    Contract.COMPATIBLE: (
        "where the function returns, the variant returns a value of the same type; the value may differ. New "
        "parameters have defaults."
    ),
    Contract.FREE: "it keeps its own annotations and raises no exception on inputs of the annotated types.",
}
"""Each contract as a sentence for a model; docs/contracts-and-categories.md has them in full."""
KIND_WORDS = {
    DreamType.CONSTRAINT_RELAXATION: "constraint relaxation",
    DreamType.CROSS_PROJECT_SYNTHESIS: "cross-project synthesis",
    DreamType.PARAMETER_EXPLORATION: "parameter exploration",
    DreamType.CONDITIONAL_VARIANT: "conditional variant",
}
BETTER_WORDS = {
    DreamType.CONSTRAINT_RELAXATION: (
        "the variant also answers inputs that the function refuses: other types, empty or missing values, "
        "other orders. A variant that refuses the same inputs relaxes nothing."
    ),
    DreamType.CROSS_PROJECT_SYNTHESIS: (
        "the variant does the job with a part or an idea of the other functions, and is shorter or faster."
    ),
    DreamType.PARAMETER_EXPLORATION: (
        "a number, flag or default that matters becomes a parameter with a default, or gets a value that "
        "makes results better or faster."
    ),
    DreamType.CONDITIONAL_VARIANT: (
        "a fast path, an early exit or a remembered result makes the common case faster; all else stays."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule that a pattern of failure led to; ``wrong`` and ``right`` are code, empty if there is none."""

    text: str
    wrong: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A dream that failed, and the smallest call that shows it."""

    code: str
    call: str = ""
    expected: str = ""
    got: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A dream to judge. ``kind`` and ``contract`` are in words."""

    id: int
    code: str
    kind: str
    contract: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A procedure, and dreams of it to judge."""

    entry_point: str
    code: str
    dreams: tuple[Judged, ...]


def write_prompt(
    *,
    code: str,
    entry_point: str,
    dream_type: str,
    contract: str,
    count: int,
    rules: Sequence[Rule] = (),
    failures: Sequence[Failed] = (),
    others: Sequence[str] = (),
) -> str:
    """The prompt for a writer. ``contract`` is in words; the first rules, failures and others are shown."""
    shown_failures = [
        {
            "code": _source(one.code),
            "call": _line(one.call),
            "expected": _line(one.expected),
            "got": _line(one.got),
        }
        for one in failures[:MOST_FAILURES]
    ]
    shown_rules = [
        {"text": _line(one.text), "wrong": _excerpt(one.wrong), "right": _excerpt(one.right)}
        for one in rules[:MOST_RULES]
    ]
    known = DreamType(dream_type) if dream_type in tuple(DreamType) else None
    return _render(
        WRITE,
        code=_source(code),
        entry_point=_line(entry_point),
        kind=KIND_WORDS[known] if known else _line(dream_type),
        contract=contract,
        better=BETTER_WORDS[known] if known else "it is faster, shorter, or answers more inputs.",
        count=count,
        rules=shown_rules,
        failures=shown_failures,
        others=[_source(other) for other in others[:MOST_OTHERS]],
    )


def judge_prompt(families: Sequence[Family], *, rate: float) -> str:
    """The prompt for a judge; ``rate`` is the share of such dreams that passed so far."""
    groups = [
        {
            "entry_point": _line(family.entry_point),
            "code": _source(family.code),
            "dreams": [
                {"id": d.id, "kind": d.kind, "contract": d.contract, "code": _source(d.code)}
                for d in family.dreams
            ],
        }
        for family in families
    ]
    return _render(JUDGE, groups=groups, rate=f"{rate:.0%}")


def _render(name: str, **values: Any) -> str:
    digest = hashlib.sha256(repr(sorted(values.items())).encode("utf-8", "backslashreplace")).hexdigest()
    return _templates().get_template(f"{name}.jinja").render(nonce=digest[:12], **values)


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    import jinja2

    folder = files(__package__) / "templates"
    sources = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.is_file()}
    return jinja2.Environment(
        loader=jinja2.DictLoader(sources),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )


def _source(text: str) -> str:
    return text if len(text) <= LONGEST_SOURCE else text[:LONGEST_SOURCE] + "\n# … cut off here"


def _excerpt(text: str) -> str:
    return text if len(text) <= LONGEST_EXCERPT else text[: LONGEST_EXCERPT - 1] + "…"


def _line(text: str) -> str:
    return " ".join(_excerpt(text).split())
