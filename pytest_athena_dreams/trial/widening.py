"""Measures on how many inputs that its procedure refuses a dream answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ..inputs.arguments import Arguments
from ..models import Contract, ObservationKind
from ..sandbox.runner import Runner
from .answers import Answers
from .case import Case
from .exploration import LARGE_PAYLOAD
from .observing import is_refusal
from .reference import Reference

REFUSED_INPUTS = 40
"""Maximum inputs of the pool that the procedure refused, on which the dream is run."""
STRANGE_INPUTS = 40
"""Maximum further inputs: an accepted call with one argument of another kind."""
SAME_ANSWERS = 5
"""Answers that are all the same, from which they count for nothing: the dream may hide every error."""
_WIDER = (Contract.SUPERSET, Contract.COMPATIBLE)
"""Contracts that leave a dream free where the procedure raises."""


def widened(case: Case, answers: Answers, dream: Runner, timeout: float, budget: float) -> float | None:
    """The share of refused inputs that the dream answers; ``None`` if there are none, or none may differ.

    The procedure refuses an input if it raises on it, for no reason of the jail's. The dream answers if it
    returns, and not the same for all. ``dream`` must not remember its trial. ``timeout`` is seconds for each
    call, ``budget`` for all; a call that does not end ends the measurement, and what it did not reach is not
    answered.
    """
    reference = case.reference
    if reference is None or case.oracle.contract not in _WIDER:
        return None
    step = max(1, len(case.refused) // REFUSED_INPUTS)
    payloads = [*case.refused[::step][:REFUSED_INPUTS], *_refused_strangers(reference, answers)]
    if not payloads:
        return None
    seen = dream.run(payloads, timeout=timeout, budget=budget)
    given = [one.value for one in seen if one.kind is ObservationKind.RETURNED]
    if len(given) >= SAME_ANSWERS and all(one == given[0] for one in given):
        return 0.0
    return len(given) / len(payloads)


def _refused_strangers(reference: Reference, answers: Answers) -> list[bytes]:
    """The strange inputs that the procedure refuses. What it does on them is cached with the reference."""
    strange = dict.fromkeys(call.payload() for call in islice(_strangers(reference), STRANGE_INPUTS))
    found = []
    for payload in strange:
        if payload in reference.expected or len(payload) >= LARGE_PAYLOAD:
            continue
        seen = answers.on(reference, payload)
        if seen.kind is ObservationKind.TIMED_OUT:
            break  # it may hang on the others as well
        if is_refusal(seen):
            found.append(payload)
    return found


def _strangers(reference: Reference) -> Iterator[Arguments]:
    """An accepted call with one argument after the other replaced by a value of another kind."""
    if not (accepted := reference.moderate):
        return
    call = accepted[len(accepted) // 2]  # the first ones are empty or zero, as are usual answers to errors
    signature = reference.signature
    named = call.by_name(signature)
    columns = [[(name, value) for value in _other_kinds(own)] for name, own in named.items()]
    for place in range(max(map(len, columns), default=0)):
        for column in columns:
            if place < len(column):
                name, value = column[place]
                yield call.replaced(signature, {name: value})


def _other_kinds(value: Any) -> list[Any]:
    """Values of other kinds in place of ``value``, those first that callers most often pass by mistake."""
    match value:
        case bool():
            return [None, int(value), str(value)]
        case int():
            return [None, float(value), str(value), [value]]
        case float():
            return [None, str(value), [value]]
        case str():
            return [None, "", value.encode("utf-8", "replace"), list(value), 0]
        case bytes():
            return [None, b"", value.decode("latin-1"), 0]
        case list() | tuple():
            items = list(value)
            other = tuple(items) if type(value) is list else items
            return [
                None,
                type(value)() if type(value) in (list, tuple) else (),
                iter(items),
                other,
                deque(items),
                0,
            ]
        case set() | frozenset() | dict():
            return [None, type(value)() if type(value) in (set, frozenset, dict) else {}, iter([*value]), 0]
    return [None, 0, ""]
