"""Calls that follow from earlier ones: the same call with a text that matches a pattern compiled for it.

A pattern that is built at run time hangs on the other arguments: a name to look for, a separator. So the call
keeps these, and only its text is drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from ..signatures import Signature
from .argument_parts import parts, put
from .arguments import Arguments
from .mutation import mutated
from .texts import matching
from .weights import weighted

FOLLOWED_PATTERNS = 2
"""Patterns of one call, at most, that are followed up."""
TOGETHER = 3
"""Matches in one text, at most."""


@dataclass(frozen=True, slots=True)
class Compiling:
    """A call, and the patterns, as text and flags, that the procedure compiled for it alone."""

    arguments: Arguments
    patterns: tuple[tuple[str, int], ...]


def following(
    signature: Signature, found: Sequence[Compiling], words: Sequence[str]
) -> st.SearchStrategy[Arguments]:
    """Calls like those in ``found``, with text that matches their patterns; empty if there are none.

    ``words`` may stand where a pattern takes any word.
    """
    strategies = [_following(signature, one, words) for one in found]
    return st.one_of([strategy for strategy in strategies if not strategy.is_empty])


def _following(signature: Signature, one: Compiling, words: Sequence[str]) -> st.SearchStrategy[Arguments]:
    tried = (matching(*pattern, words) for pattern in one.patterns[:FOLLOWED_PATTERNS])
    matches = [text for text in tried if text is not None]
    given = one.arguments.by_name(signature)
    types = {p.name: p.type for p in signature.parameters}
    places = [
        (name, part)
        for name, value in given.items()
        for part in parts(value, types.get(name))
        if type(part.value) is str and not part.is_key and not _names(part.value, one.patterns)
    ]
    if not matches or not places:
        return st.nothing()
    match = st.one_of(matches)
    several = st.builds(
        lambda found, sep: sep.join(found),
        st.lists(st.one_of(match, st.sampled_from(["a", "x y", "", "0"])), min_size=2, max_size=TOGETHER),
        st.sampled_from(["", " ", "\n"]),
    )
    text = weighted((2, match), (2, several), (2, mutated(st.one_of(match, several))))

    def planted(place: int, new: str) -> Arguments:
        name, part = places[place]
        return one.arguments.replaced(signature, {name: put(given[name], part, new)})

    return st.builds(planted, st.integers(0, len(places) - 1), text)


def _names(text: str, patterns: Sequence[tuple[str, int]]) -> bool:
    """Whether a text is what a pattern was made of, and so must stay."""
    return bool(text) and any(text in pattern.replace("\\", "") for pattern, _ in patterns)
