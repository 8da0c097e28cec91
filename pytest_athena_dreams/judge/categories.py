"""The category of a call that did not return, and Athena's outcome for each category."""

from __future__ import annotations

import errno

from ..models import Category, DeathReason, Observation, ObservationKind, Raised

ATHENA_OUTCOMES = {
    None: "success",
    Category.SYNTAX: "syntax_error",
    Category.DEPENDENCY: "runtime_error",
    Category.TYPE: "type_error",
    Category.RUNTIME: "runtime_error",
    Category.LOGIC: "output_validation_failed",
    Category.VALIDATION: "output_validation_failed",
    Category.TIMEOUT: "timeout",
    Category.RESOURCE: "resource_exhaustion",
    Category.BLOCKED: "runtime_error",
    Category.FLAKY: "unknown_error",
    Category.UNKNOWN: "unknown_error",
}
"""Athena's eight fine-grained outcomes, by category (``None``: the dream passed)."""

_DEATHS = {
    DeathReason.MEMORY: Category.RESOURCE,
    DeathReason.CPU: Category.TIMEOUT,
    DeathReason.OUTPUT: Category.RESOURCE,
    DeathReason.SIGNAL: Category.RESOURCE,
    DeathReason.EXIT: Category.RUNTIME,
    DeathReason.PROTOCOL: Category.RUNTIME,
    DeathReason.SYSCALL: Category.BLOCKED,
}
_REFUSED_ERRNO = frozenset({errno.EPERM, errno.EACCES, errno.EROFS})
_EXHAUSTED_ERRNO = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.EFBIG, errno.ENOSPC}
)
_BY_BASE = (
    ("ImportError", Category.DEPENDENCY),
    ("MemoryError", Category.RESOURCE),
    ("RecursionError", Category.RESOURCE),
    ("PermissionError", Category.BLOCKED),
    ("socket.gaierror", Category.BLOCKED),
    ("urllib.error.URLError", Category.BLOCKED),  # it has the refusal in ``reason`` and no errno
    ("AssertionError", Category.LOGIC),
    ("TypeError", Category.TYPE),
)


def outcome(seen: Observation) -> str:
    """The name of the exception that was raised; empty for a call that returned."""
    return seen.raised.type if seen.raised is not None else ""


def category_of(observation: Observation) -> Category | None:
    """The category of a call (or load) that did not return; ``None`` if it returned."""
    kind = observation.kind
    if kind is ObservationKind.RETURNED:
        return None
    if kind is ObservationKind.TIMED_OUT:
        return Category.TIMEOUT
    if kind is ObservationKind.REFUSED:
        return Category.BLOCKED
    if kind is ObservationKind.DIED:
        return _DEATHS[observation.death] if observation.death else Category.UNKNOWN
    if observation.raised is None:
        return Category.UNKNOWN
    category = _of_exception(observation.raised)
    answered = observation.files is not None and not observation.refused  # by a world, which refuses nothing
    return Category.RUNTIME if answered and category is Category.BLOCKED else category


def _of_exception(raised: Raised) -> Category:
    if raised.stage == "compile":
        return Category.SYNTAX
    if raised.stage == "entry":
        return Category.VALIDATION
    if "OSError" in raised.bases and raised.errno in _EXHAUSTED_ERRNO:
        return Category.RESOURCE
    if "OSError" in raised.bases and raised.errno in _REFUSED_ERRNO:
        return Category.BLOCKED
    for name, category in _BY_BASE:
        if name in raised.bases and not (category is Category.TYPE and raised.stage == "load"):
            return category
    return Category.RUNTIME
