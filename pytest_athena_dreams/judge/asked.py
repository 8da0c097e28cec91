"""What calls asked of their worlds beside files: which requests differ, and how that reads.

Requests with the same target, such as a program, are compared in order; those with different ones may come in
any order, unless one order of all is asked for. One request more than the procedure made is a fault, and one
fewer too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from enum import IntEnum
from itertools import zip_longest

from ..models import Canonical
from ..worlds import SHELL, Changes, Request, holds_more
from .chance import request_without_chance
from .contrast import LINES_TAG, as_lines
from .leavings import Compared, differing_files

REQUESTS_SHOWN = 8
"""Requests that one line of text names."""
_COMMAND_TEXT, _BODY_TEXT = 160, 80
"""Characters of a command, and of its input, in one line of text."""


_REQUEST_VERBS = {
    "command": ("run", "ran"),
    "http": ("send", "sent"),
    "mail": ("send", "sent"),
    "variable": ("set", "set"),
}
_DETAIL_NAMES = {"command": "environment", "http": "header", "mail": "header", "variable": "value"}
_BODY_NAMES = {"command": "input", "http": "body", "mail": "text", "variable": "text"}
"""What messages call the parts of requests, by kind."""


class Order(IntEnum):
    """What is compared of requests: nothing, how many of each there are, or their order, for each target or
    for all.
    """

    NOTHING = 0
    FREE = 1
    PER_TARGET = 2
    TOTAL = 3


Pair = tuple[Request | None, Request | None]
"""What the procedure asked and what the dream asked in its place; ``None`` where one asked nothing more."""


def differing_requests(
    expected: Sequence[Request],
    got: Sequence[Request],
    order: Order,
    *,
    drawn: bool = False,
    hosts: Collection[str] | None = None,
) -> list[Pair]:
    """The pairs of requests that differ, by target and in order.

    With ``drawn``, what looks drawn by chance in them does not count. Requests that only read may be more or
    fewer, but with ``hosts`` not to other ones.
    """
    if order is Order.NOTHING or expected == got:
        return []
    if drawn:
        expected, got = ([request_without_chance(one) for one in side] for side in (expected, got))
    found: list[Pair] = _other_reads(expected, got)
    if hosts is not None:
        found += [(None, one) for one in got if one.reads and one.target not in hosts]
    sides = [[one for one in side if not one.reads] for side in (expected, got)]
    for target in dict.fromkeys("" if order is Order.TOTAL else one.target for one in (*sides[0], *sides[1])):
        wanted, asked = ([x for x in side if order is Order.TOTAL or x.target == target] for side in sides)
        if order is Order.FREE:
            wanted, asked = sorted(wanted, key=repr), sorted(asked, key=repr)
        found += [pair for pair in _aligned(wanted, asked) if not _alike_requests(*pair)]
    return found


def _other_reads(expected: Sequence[Request], got: Sequence[Request]) -> list[Pair]:
    """Requests that only read, as both calls made them, where one call sent other headers with them."""
    found: dict[tuple[str, ...], Pair] = {}
    for asked in filter(lambda one: one.reads, got):
        same = [wanted for wanted in expected if wanted.words == asked.words]
        if same and not any(_alike_requests(wanted, asked) for wanted in same):
            found.setdefault(asked.words, (same[0], asked))
    return list(found.values())


def steady_order(first: Sequence[Request], second: Sequence[Request]) -> tuple[Order, bool]:
    """What two runs of the same call have in common, and whether only without what looks drawn by chance."""
    for drawn in (False, True):
        for order in (Order.TOTAL, Order.PER_TARGET, Order.FREE):
            if not differing_requests(first, second, order, drawn=drawn):
                return order, drawn
    return Order.NOTHING, False


def _aligned(wanted: Sequence[Request], asked: Sequence[Request]) -> Iterator[Pair]:
    """Pairs of requests; one that only one side made has no partner."""
    if len(wanted) == len(asked):
        yield from zip(wanted, asked, strict=True)
        return
    short, long = sorted((wanted, asked), key=len)
    start = next(
        (n for n, pair in enumerate(zip(short, long, strict=False)) if not _alike_requests(*pair)), len(short)
    )
    surplus = len(long) - len(short)
    filled = [*short[:start], *[None] * surplus, *short[start:]]
    if any(
        not _alike_requests(*pair)
        for pair in zip(filled[start + surplus :], long[start + surplus :], strict=True)
    ):
        filled = list(short)
    pairs = zip_longest(filled, long)
    yield from ((x, y) if len(wanted) < len(asked) else (y, x) for x, y in pairs)


def _alike_requests(wanted: Request | None, asked: Request | None) -> bool:
    if wanted is None or asked is None:
        return wanted is asked
    same = (wanted.words, wanted.folder, wanted.details, wanted.body) == (
        asked.words,
        asked.folder,
        asked.details,
        asked.body,
    )
    return same and not _other_sights(wanted.sees, asked.sees)


def _other_sights(wanted: Changes, asked: Changes) -> list[str]:
    """The paths at which two commands saw other files; databases and archives hold more than what counts."""
    paths = differing_files(wanted, asked, Compared.ALL)
    return [path for path in paths if not (holds_more(wanted.get(path)) and holds_more(asked.get(path)))]


def request_words(
    expected: Sequence[Request], got: Sequence[Request], pairs: Sequence[Pair]
) -> tuple[str, str, str]:
    """A summary of what differs in ``pairs``, and what each call asked, for people."""
    return _summary(*pairs[0], expected, got), _listed(expected), _listed(got)


def _summary(
    wanted: Request | None, asked: Request | None, expected: Sequence[Request], got: Sequence[Request]
) -> str:
    if asked is None:
        assert wanted is not None
        return f"did not {_REQUEST_VERBS[wanted.kind][0]} {line_of(wanted)}"
    did = _REQUEST_VERBS[asked.kind][1]
    if wanted is None:
        more = "again " if any(one.words == asked.words for one in expected) else ""
        return f"also {did} {more}{line_of(asked)}"
    if wanted.words != asked.words:
        if Counter(one.words for one in expected) == Counter(one.words for one in got):
            return f"{did} {line_of(asked)} before {line_of(wanted)}"
        both = (Counter(wanted.words) & Counter(asked.words)).total()
        alike = 2 * both >= max(len(wanted.words), len(asked.words))
        words = f": {_word_difference(wanted, asked)}" if alike else ""
        return f"{did} {line_of(asked)}, not {line_of(wanted)}{words}"
    if wanted.folder != asked.folder:
        return f"{did} {line_of(asked)} in {asked.folder or '.'}, not in {wanted.folder or '.'}"
    if wanted.details != asked.details:
        return f"{did} {line_of(asked)} with another {_DETAIL_NAMES[asked.kind]}: {_variables(wanted, asked)}"
    if wanted.body != asked.body:
        bodies = [repr(one.body[:_BODY_TEXT]) for one in (asked, wanted)]
        return f"{did} {line_of(asked)} with another {_BODY_NAMES[asked.kind]}: {bodies[0]}, not {bodies[1]}"
    path = _other_sights(wanted.sees, asked.sees)[0]
    held = [_held(path, one.sees) for one in (asked, wanted)]
    return f"{did} {line_of(asked)} while {path} {held[0]}; for the procedure it {held[1]}"


def _held(path: str, seen: Changes) -> str:
    if path not in seen:
        return "was unchanged"
    entry = seen[path]
    return "was removed" if entry is None else f"held {entry}"


def _word_difference(wanted: Request, asked: Request) -> str:
    """The words that only one of two commands has."""
    gone = list((Counter(wanted.words) - Counter(asked.words)).elements())
    new = list((Counter(asked.words) - Counter(wanted.words)).elements())
    said = [f"without {_joined(gone)}"] if gone else []
    said += [f"with {_joined(new)}"] if new else []
    return " and ".join(said) or "the words come in another order"


def _variables(wanted: Request, asked: Request) -> str:
    """The variables that differ, with both values."""
    names = [
        name
        for name in {**wanted.details, **asked.details}
        if (name in wanted.details, wanted.details.get(name))
        != (name in asked.details, asked.details.get(name))
    ]
    said = [f"{name} is {_value_of(name, asked)}, not {_value_of(name, wanted)}" for name in names]
    return ", ".join(said[:REQUESTS_SHOWN])


def _value_of(name: str, request: Request) -> str:
    if name not in request.details:
        return "unchanged" if request.kind == "command" else "missing"
    value = request.details[name]
    return "gone" if value is None else repr(value)


def line_of(request: Request) -> str:
    """A request on one line."""
    if request.words[:2] == SHELL and len(request.words) > 2:
        return _cut(f"`{request.words[2]}`")
    return _cut(f"`{_joined(request.words)}`")


def _cut(text: str) -> str:
    return text if len(text) <= _COMMAND_TEXT else f"{text[:_COMMAND_TEXT]}…"


def _joined(words: Sequence[str]) -> str:
    return " ".join(repr(word) if not word or " " in word or "\n" in word else word for word in words)


def _listed(requests: Sequence[Request]) -> str:
    said = [
        f"{_REQUEST_VERBS[request.kind][1]} {line_of(request)}"
        if n == 0 or request.kind != requests[n - 1].kind
        else line_of(request)
        for n, request in enumerate(requests[:REQUESTS_SHOWN])
    ]
    said += ["…"] if len(requests) > REQUESTS_SHOWN else []
    return ", ".join(said) or "ran and sent nothing"


def requests_shown(requests: Sequence[Request]) -> Canonical:
    """Requests as a value, to be shown line by line."""
    return [LINES_TAG, [line for request in requests for line in as_lines(line_of(request))]]
