"""Draws what surrounds a call beside files, commands and peers: variables, standard input, the clock.

The first choice is always the plainest: no variable, no input, the usual clock.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from msgspec import structs

from ..drawable import Shape
from ..worlds import CLOCK, World
from .draws import Draw, one, whole
from .peers import URL_VALUES, takes_url

_INPUT_LINES = 6
_USUAL_VALUES = ("1", "abc", "a b", "0", "https://x.example/hook", "/tmp", "true", "")
_PATTERNS = "ERROR: {} 7", "INFO {}", "WARNING: {} 12 {}", "{}"
"""Lines of logs, which standard input often brings."""
_CLOCKS = (CLOCK, CLOCK + 43_199.0, 1_709_164_800.0, 1_735_689_599.0)
"""The usual time of day, the last second of that day, a leap day, and the last second of a year."""


def set_in(draw: Draw, world: World, shape: Shape, words: Sequence[str]) -> World:
    """``world`` with what surrounds a call of the procedure of ``shape``."""
    texts = [text for text in dict.fromkeys([*words, "a", "b"]) if "\0" not in text]
    variables = {
        name: one(draw, _urls(texts) if takes_url(name) else [*_USUAL_VALUES, *texts])
        for name in shape.variables
        if whole(draw, 0, 3)
    }
    clock = one(draw, _CLOCKS) if "clock" in shape.reads else CLOCK
    text = draw(_lines(texts)) if "input" in shape.reads else ""
    given = draw(st.lists(st.sampled_from(texts), max_size=2)) if "arguments" in shape.reads else ()
    return structs.replace(world, variables=variables, clock=clock, input=text, arguments=tuple(given))


def _urls(texts: Sequence[str]) -> list[str]:
    return [*URL_VALUES, *(text for text in texts if text.startswith("http")), *URL_VALUES, "", "a"]


def _lines(texts: Sequence[str]) -> st.SearchStrategy[str]:
    word = st.sampled_from([text for text in texts if "\n" not in text])
    pattern = st.tuples(st.sampled_from(_PATTERNS), word).map(lambda drawn: drawn[0].replace("{}", drawn[1]))
    joined = st.lists(word, max_size=3).map(" ".join)
    lines = st.lists(st.one_of(pattern, joined), max_size=_INPUT_LINES)
    return lines.map(lambda drawn: "".join(f"{line}\n" for line in drawn))
