"""Text that is spoiled in a small way: a character deleted, doubled, in another case, a piece put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from hypothesis import strategies as st

from .draws import Draw, drawn_by, one, whole

Texts = st.SearchStrategy[str]

_INSERTED = (" ", "\t", "\n", "0", "1", "a", "Z", "-", ".", ",", "\u00a0", "é", "٣")
_WORD_RUNS = re.compile(r"\w+")
_CASES: tuple[Callable[[str], str], ...] = (str.upper, str.lower, str.swapcase, str.title)


def _delete(text: str, at: int, _: str) -> str:
    return text[:at] + text[at + 1 :]


def _double(text: str, at: int, _: str) -> str:
    return text[: at + 1] + text[at:]


def _repeat(text: str, at: int, _: str) -> str:
    return text[: at + 1] + text[at : at + 1] * (1 + at % 3) + text[at + 1 :]


def _swap(text: str, at: int, _: str) -> str:
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def _insert(text: str, at: int, piece: str) -> str:
    return text[:at] + piece + text[at:]


def _replace(text: str, at: int, piece: str) -> str:
    return text[:at] + piece + text[at + 1 :]


def _cut(text: str, at: int, _: str) -> str:
    return text[:at]


def _case(text: str, at: int, _: str) -> str:
    return _CASES[at % len(_CASES)](text)


def _letter_case(text: str, at: int, _: str) -> str:
    return text[:at] + text[at : at + 1].swapcase() + text[at + 1 :]


def _around(text: str, at: int, _: str) -> str:
    return (f" {text}", f"{text} ", f"{text}\n", f"  {text}\t")[at % 4]


def _twice(text: str, at: int, piece: str) -> str:
    return text + piece + text


def _word(text: str, at: int, piece: str) -> str:
    """Another piece in place of a word."""
    words = list(_WORD_RUNS.finditer(text))
    if not words:
        return text + piece
    start, end = words[at % len(words)].span()
    return text[:start] + piece + text[end:]


def _word_case(text: str, at: int, _: str) -> str:
    """A word in another case."""
    words = list(_WORD_RUNS.finditer(text))
    if not words:
        return text
    start, end = words[at % len(words)].span()
    return text[:start] + _CASES[at % 2](text[start:end]) + text[end:]


_WAYS = (
    *(_delete, _double, _repeat, _swap, _insert, _replace, _cut, _case, _letter_case, _around, _twice),
    *(_word, _word, _word_case),
)


def spoiled(text: str, random: Random, piece: str) -> str:
    """``text`` changed in one way, at times with ``piece`` put in."""
    inserted = random.choice([*_INSERTED, piece])
    return random.choice(_WAYS)(text, random.randrange(max(1, len(text))), inserted)


def mutated(texts: Texts, pieces: Sequence[str] = ()) -> Texts:
    """What ``texts`` draws, changed in one way, at times in two; ``pieces`` are put in."""
    inserted = [*_INSERTED, *(piece for piece in pieces if len(piece) <= 20)]

    def draw_mutated(draw: Draw) -> str:
        text: str = draw(texts)
        for _ in range(one(draw, [1, 1, 2])):
            way = one(draw, _WAYS)
            text = way(text, whole(draw, 0, max(0, len(text) - 1)), one(draw, inserted))
        return text

    return drawn_by(draw_mutated)
