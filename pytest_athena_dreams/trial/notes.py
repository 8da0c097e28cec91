"""What a verdict does not say: what was left out of the comparison, and what was not tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..config import Settings
from ..judge.asked import Order
from ..judge.blind import Known, hides, known
from ..judge.leavings import Compared
from ..judge.output import STREAMS, text_of
from ..judge.varying import part_words
from ..models import Contract, Observation, ObservationKind, unpacked
from ..signatures import Loaded
from ..source.reading import keeps_state
from .case import Case
from .lab import order_of
from .observing import Extent
from .reference import Reference

_VARYING = {
    Extent.ORDER: "the order of items, which varies in the procedure's own results",
    Extent.VALUE: "values, which vary in the procedure's own results: their types were compared",
}
_VARYING_REQUESTS = {
    Order.PER_TARGET: "the order of requests among programs and hosts, which varies between runs of the "
    "procedure itself",
    Order.FREE: "the order of commands, which varies between runs of the procedure itself",
    Order.NOTHING: "commands, which vary between runs of the procedure itself",
}
_DRAWN_REQUESTS = (
    "identifiers and numbers in commands and requests, which vary between runs of the procedure itself"
)
_VARYING_FILES = {
    Compared.DRAWN: "identifiers and numbers in files and their names, which vary between runs of the "
    "procedure itself",
    Compared.PATHS: "the contents of files, which vary between runs of the procedure itself",
    Compared.NOTHING: "files, whose names vary between runs of the procedure itself",
}


def not_compared(case: Case, loaded: Loaded, seen: Sequence[Observation], settings: Settings) -> str | None:
    """What the verdict on a dream that ran does not cover, in words; ``None`` where it covers everything.

    ``seen`` is what the dream did on the examples.
    """
    return "; ".join(_parts(case, loaded, seen, settings)) or None


def refused_inputs(case: Case) -> list[Observation]:
    """What the procedure did where the jail refused it something, so that nothing was compared."""
    if case.reference is None or case.oracle.refusals:
        return []
    return [seen for seen in case.reference.expected.values() if seen.refused]


def rests_on_types(case: Case) -> bool:
    """Whether nothing but the types of returned values was compared on any input.

    A value that holds parts of which only the type is known, and whose other parts are the same on every
    input, tells no more than a type: the input may have gone into the unknown parts. Values that vary from
    run to run don't count as such: the verdict says that they vary.
    """
    if not _compares_values(case):
        return False
    seen = [example.expected for example in case.examples]
    if not all(
        one is not None
        and one.kind is ObservationKind.RETURNED
        and one.changed is None
        and all(not text_of(one.printed, stream) for stream in case.oracle.streams)
        for one in seen
    ):
        return False
    values = [one.value for one in seen if one is not None]
    if all(known(value) is Known.NOTHING for value in values):
        return True
    same = len(values) > 1 and all(value == values[0] for value in values)
    return same and hides(unpacked(values[0]))


def _compares_values(case: Case) -> bool:
    if case.reference is None or case.oracle.contract is Contract.COMPATIBLE:
        return False
    return case.reference.variation.values is not Extent.VALUE


def _parts(case: Case, loaded: Loaded, seen: Sequence[Observation], settings: Settings) -> Iterator[str]:
    reference = case.reference
    if reference is not None and reference.variation.values:
        yield _VARYING[reference.variation.values]
    if reference is not None and (names := _varying_parts(reference)):
        yield f"{names}, which vary in the procedure's own results: their types were compared"
    if reference is not None and (outcomes := reference.variation.outcomes):
        names = " or ".join(f"raises {name}" if name else "returns" for name in outcomes)
        yield f"whether the call {names}, which varies in the procedure's own runs"
    if _compares_values(case):
        expected = _expected(case)
        if partly := sum(known(one.value) is not Known.ALL for one in expected):
            yield f"values that were compared by type only on {partly} of {len(expected)} inputs"
    if reference is not None and reference.variation.files is not Compared.ALL:
        yield _VARYING_FILES[reference.variation.files]
    if reference is not None and reference.variation.requests < order_of(settings):
        yield _VARYING_REQUESTS[reference.variation.requests]
    if reference is not None and reference.variation.drawn:
        yield _DRAWN_REQUESTS
    if order_of(settings) is Order.NOTHING and any(one.requests for one in _expected(case)):
        yield "commands, requests and waits: --athena-effects is final"
    yield from _output(case, seen, settings)
    for shortened in dict.fromkeys(pool.shortened for pool in case.pools if pool.shortened):
        yield f"as many inputs as requested: {shortened}"
    if refused := refused_inputs(case):
        inputs = f"{len(refused)} of {case.tried} inputs"
        yield f"the {inputs} on which the jail refused something to the procedure"
    if case.oracle.refusals and case.oracle.expects:
        yield "what the code does where the jail refuses it nothing: refused calls were compared"
    sources = [case.dream.code, *([reference.source.code] if reference else [])]
    if "." in loaded.name or any(map(keeps_state, sources)):
        yield "sequences of calls: each input was one call"


def _expected(case: Case) -> list[Observation]:
    return [example.expected for example in case.examples if example.expected is not None]


def _varying_parts(reference: Reference) -> str:
    """The parts of values and arguments that vary, in words."""
    found = reference.variation
    names = ["result" + part_words(steps) for steps in sorted(found.parts)]
    names += ["arguments" + part_words(steps[1:]) for steps in sorted(found.changes)]
    return ", ".join(names)


def _output(case: Case, seen: Sequence[Observation], settings: Settings) -> Iterator[str]:
    """What was printed and not compared, although the contract asks for that."""
    reference = case.reference
    if reference is None or case.oracle.contract is Contract.COMPATIBLE:
        return
    expected = [example.expected for example in case.examples]
    if settings.output_compare == "off":
        if any(one is not None and one.printed is not None for one in (*expected, *seen)):
            yield "what was printed: --athena-output-compare is off"
    elif reference.variation.streams:
        names = " and ".join(name for key, name in STREAMS.items() if key in reference.variation.streams)
        yield f"{names}, which varied between runs of the procedure itself"
