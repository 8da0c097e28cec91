"""Fingerprints of failures: failures that a person would call the same share one.

Invariants: pure; a fingerprint depends on the fault's category and exception, on its generalised message, and
on the code's syntax. Names of locals, numbers, formatting and line numbers do not matter.

The context distinguishes failures with the same message: for an exception it is the step that raised it; for
a wrong value it is what the dream changed in its procedure or, in a rewrite, how the values differ.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from ..models import Category, Fault
from ..source.edits import REWRITTEN, edits
from ..source.normalise import parse
from ..source.sites import loops, site
from .messages import difference, general

_LOAD_CATEGORIES = frozenset({Category.SYNTAX, Category.DEPENDENCY, Category.VALIDATION})
"""Categories whose message needs no context."""
_FENCE_MARK = "```"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What equal failures have in common; ``key`` is a digest of it, twelve hexadecimal digits."""

    category: Category
    exception: str | None
    message: str
    context: str

    @property
    def key(self) -> str:
        text = json.dumps([self.category, self.exception, self.message, self.context])
        return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=6).hexdigest()

    @property
    def title(self) -> str:
        """One line for people."""
        head = f"{self.exception}: {self.message}" if self.exception and self.message else ""
        head = head or self.exception or self.message or self.category.value
        return f"{head} ({self.context})" if self.context else head


def fingerprint(fault: Fault, code: str, procedure: str | None) -> Fingerprint:
    """The fingerprint of one fault of a dream with ``code``, a variant of ``procedure`` if there is one."""
    message = general(fault.summary, fault.exception)
    if fault.category is Category.SYNTAX and _FENCE_MARK in code:
        message = "markdown fences around the code"
    if fault.category is Category.TIMEOUT and fault.exception is None:
        message = "did not answer in time"
    return Fingerprint(
        category=fault.category,
        exception=fault.exception,
        message=message,
        context=_context(fault, code, procedure),
    )


def _context(fault: Fault, code: str, procedure: str | None) -> str:
    if fault.category in _LOAD_CATEGORIES and fault.category is not Category.VALIDATION:
        return ""
    tree = parse(code)
    if tree is None:
        return ""
    if fault.exception is not None and fault.line is not None:
        return site(tree, fault.line, fault.exception.rpartition(".")[2])
    changed = edits(procedure, code) if procedure else None
    if fault.category in (Category.TIMEOUT, Category.RESOURCE):
        return " and ".join(changed) if changed and REWRITTEN not in changed else loops(tree)
    if fault.category is Category.VALIDATION:
        return ""
    differs = difference(fault.expected, fault.got)
    if changed and REWRITTEN not in changed:
        return " and ".join(changed)
    return differs
