"""What a verdict does not say: what was left out of the comparison, and what was not tried."""

from __future__ import annotations

from collections.abc import Iterator

from ..signatures import Loaded
from ..source.reading import keeps_state
from .case import Case
from .observing import Variation

_VARYING = {
    Variation.ORDER: "the order of items, which varies in the procedure's own results",
    Variation.VALUE: "values, which vary in the procedure's own results: their types were compared",
}


def not_compared(case: Case, loaded: Loaded) -> str | None:
    """What the verdict on a dream that ran does not cover, in words; ``None`` where it covers everything."""
    return "; ".join(_parts(case, loaded)) or None


def _parts(case: Case, loaded: Loaded) -> Iterator[str]:
    reference = case.reference
    if reference is not None and reference.variation:
        yield _VARYING[reference.variation]
    if case.oracle.refusals and any(
        example.expected and example.expected.refused for example in case.examples
    ):
        yield "what the code does where the jail refuses it nothing: refused calls were compared"
    sources = [case.dream.code, *([reference.source.code] if reference else [])]
    if "." in loaded.name or any(map(keeps_state, sources)):
        yield "sequences of calls: each input was one call"
