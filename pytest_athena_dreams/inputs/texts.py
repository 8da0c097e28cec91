"""Text by the code: what the code itself suggests, put together.

The parts are texts that match its regular expressions, texts in the grammars of the libraries that it calls,
its literals, numbers, and what its docstring shows. A text is one part, or several joined by what separates
them in the code; half of the texts are mutated then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from ..signatures import Clues, Signature, TextClues, TypeSpec
from .grammars import PLAIN_CHARACTERS, WORDS, numbers, text_in, words
from .mutation import mutated
from .recipes import Recipe
from .weights import weighted

Texts = st.SearchStrategy[str]

TEXT_PARTS = 7
"""Maximum parts of a text."""
FITTING_WORDS = 6
"""Maximum words to put in the place of one part of a pattern."""
NESTED_PATTERNS = 6
"""Maximum pairs of patterns of which one is matched within the other."""
PIECES_AS_WORDS = 4
"""Maximum literals that may stand for a word of a pattern, beside those that texts are compared with."""
SPLIT_LEVELS = 3
"""Maximum levels of separators in a text."""
PIECES = 40
"""Maximum literals to combine."""
PIECE_LENGTH = 40
"""Maximum length of a literal that counts as a piece of text, in characters."""
_SHORT_NUMBERS = st.integers(0, 20).map(str)
_SEPARATING = re.compile(r"\W{1,3}")
_WORD_STARTS = re.compile(r"\w+")
_REPEATED = re.compile(r"(?<!\\)(?:\\w|\[(?:[^\]\\]|\\.)+\])[*+]")
"""A part of a pattern that takes a word."""
_WIDE = re.compile(r"(?<!\\)(?:\.|\[\^[^\]\\]+\])[*+]\??")
"""The first part of a pattern that takes any text, or any without some characters."""
_GROUP_NAME = re.compile(r"\(\?P<\w+>")
_NESTED = re.compile(r"[*+}][^()]*\)[*+{]")
"""A repetition within a repetition."""
_LOOKING = re.compile(r"\(\?[=!<]|\\[bB1-9]|\(\?P=")
"""What makes a match hang on more than its own characters."""


class TextsByCode:
    """Strategies for text, by what a source does with it.

    ``literals`` are its text literals. ``share`` says how many of ten texts of a parameter come from here.
    """

    def __init__(self, clues: Clues, literals: Sequence[str]) -> None:
        self._clues = clues
        patterns = {text for text, _ in clues.patterns}
        known = [text for text in literals if text not in patterns and text not in clues.formats]
        self._pieces = _pieces(known)
        compared = [word for clue in clues.parameters.values() for word in clue.words]
        self._words = list(dict.fromkeys([*compared, *self._pieces[:PIECES_AS_WORDS], *WORDS]))
        self._matching = [s for p in clues.patterns if (s := matching(*p, self._words)) is not None]
        self._nested = self._nested_in([pattern for pattern in clues.patterns if len(pattern[0]) > 2])
        self._made: dict[TextClues, Texts] = {}
        named = [(text, 0) for text in literals if _GROUP_NAME.search(text) and text not in patterns]
        self._patterns = [*clues.patterns, *named]

    def matches(self) -> st.SearchStrategy[Recipe] | None:
        """Matches of the source's patterns and of its literals that name a group; ``None`` without any."""
        found: list[st.SearchStrategy[Recipe]] = []
        for pattern, flags in self._patterns:
            texts = matching(pattern, flags, self._words)
            if texts is not None:
                call = partial(_match, pattern, flags & ~(re.DEBUG | re.LOCALE))
                found.append(texts.map(call))
        return st.one_of(found) if found else None

    def share(self, parameter: str) -> int:
        """How many of ten texts of a parameter the code suggests; none where it does not read it."""
        clue = self._clues.parameters.get(parameter)
        if clue is None:
            return 0
        if (clue.matched and self._matching) or set(clue.grammars) - {"number", "lines", "template"}:
            return 8
        return 8 if self._pieces and (clue.read or clue.grammars) else 5 if clue.grammars else 0

    def of(self, parameter: str, *, within: bool = False) -> Texts:
        """Text for a parameter that the code reads; ``within`` a container, mostly a single part."""
        clue = self._clues.parameters[parameter]
        if clue not in self._made:
            text = self._text(clue)
            option = clue.words and not (clue.matched or clue.grammars or clue.separators)
            self._made[clue] = weighted((3, st.sampled_from(clue.words)), (1, text)) if option else text
        if not within:
            return self._made[clue]
        words = [(4, st.sampled_from(list(clue.words)))] if clue.words else []
        return weighted((3, self._tokens(clue, ())), (1, self._made[clue]), *words)

    def _text(self, clue: TextClues) -> Texts:
        pieces = self._pieces
        wholes: list[tuple[int, Texts]] = []
        if clue.matched:
            wholes += [(max(2, 8 // len(self._matching)), pattern) for pattern in self._matching]
        for grammar in clue.grammars:
            if grammar not in ("number", "lines"):
                wholes.append((6, text_in(grammar, pieces, self._clues.formats)))
        if self._clues.quoted:
            wholes.append((2, st.sampled_from(list(self._clues.quoted))))
        token = self._tokens(clue, [whole for _, whole in wholes])
        joined = st.builds(
            lambda found, sep: sep.join(found),
            st.lists(token, min_size=2, max_size=TEXT_PARTS),
            self._between(clue),
        )
        if len(clue.separators) > 1:
            named = [word for word in (*clue.words, *self._pieces) if word not in clue.separators]
            joined = st.one_of(joined, _split_in_turn(named, clue.separators))
        if len(self._matching) > 1 and clue.matched:
            both = st.one_of(self._matching)
            wholes.append((6, st.builds(_within, both, both, st.integers(0, 9))))
            wholes += [(max(1, 8 // len(self._nested)), nested) for nested in self._nested]
        several = (max(4, sum(weight for weight, _ in wholes) // 2), joined)
        text = weighted(*wholes, several)
        return weighted((2, text), (1, mutated(text, pieces)))

    def _nested_in(self, patterns: Sequence[tuple[str, int]]) -> list[Texts]:
        """Texts that match one pattern, with a match of another where the first takes any text."""
        found: list[Texts | None] = []
        for outer, flags in patterns:
            for inner, _ in patterns:
                whole = _around(inner).join(_WIDE.split(outer, maxsplit=1))
                if inner != outer and whole != outer and len(found) < NESTED_PATTERNS:
                    found.append(matching(whole, flags, self._words))
        return [texts for texts in found if texts is not None]

    def _tokens(self, clue: TextClues, wholes: Sequence[Texts]) -> Texts:
        """A part of a text: one of ``wholes``, a piece, a word, a number, or two or three of these."""
        atoms: list[tuple[int, Texts]] = [(1, words(()))]
        if clue.words:
            word = st.sampled_from(list(clue.words))
            atoms.append((12, word))
            if "number" in clue.grammars:
                atoms.append((4, st.builds(lambda count, unit: f"{count}{unit}", st.integers(0, 12), word)))
        if self._pieces:
            piece = st.sampled_from(self._pieces)
            atoms += [
                (8, piece),
                (1, st.builds(lambda text, n: (text.upper(), text.title())[n], piece, st.integers(0, 1))),
            ]
        if "number" in clue.grammars or not self._pieces:
            atoms.append((3, numbers()))
        else:
            atoms.append((1, st.integers(0, 12).map(str)))
        atom = weighted(*atoms)
        compound = st.lists(atom, min_size=2, max_size=3).map("".join)
        short = [text for text in (*clue.words, *self._pieces) if len(text) == 1]
        if short:
            compound = st.one_of(
                compound, st.lists(st.sampled_from(short), min_size=2, max_size=4).map("".join)
            )
        letters = [text for text in short if text.isalnum()]
        if letters:
            starts = [text for text in self._pieces if _SEPARATING.fullmatch(text)][:4]
            run = st.one_of(
                st.lists(st.sampled_from(letters), min_size=1, max_size=4).map("".join),
                st.builds(str.__mul__, st.sampled_from(letters), st.integers(2, 3)),
            )
            compound = st.one_of(
                compound, st.builds(str.__add__, st.sampled_from(["", *starts, *starts]), run)
            )
        whole = [(6, weighted(*((1, strategy) for strategy in wholes)))] if wholes else []
        return weighted((5, atom), (2 if letters else 1, compound), *whole)

    def _between(self, clue: TextClues) -> Texts:
        """What joins parts: the separators of the code most often."""
        own = [text for text in self._pieces if _SEPARATING.fullmatch(text)][:8]
        lines = (
            ["\n"]
            if "lines" in clue.grammars or any(flags & re.M for _, flags in self._clues.patterns)
            else []
        )
        usual: list[str] = ["", " ", *own]
        chosen = [*clue.separators, *lines]
        if not chosen:
            return st.sampled_from(usual)
        padded = [f"{text} " for text in chosen if not text.isspace()]
        return weighted((4, st.sampled_from(chosen)), (1, st.sampled_from([*usual, *padded])))


def _split_in_turn(named: Sequence[str], separators: Sequence[str]) -> Texts:
    """Words and numbers between separators at several levels, as in ``bytes=0-5,7-``: the first is outermost.

    The separators are in the order of the source, where outer splits mostly come first.
    """
    word = st.sampled_from([*named[:PIECES_AS_WORDS], "a"])
    text = weighted((1, word), (6, _SHORT_NUMBERS), (1, st.just("")))
    outermost, *inner = separators[:SPLIT_LEVELS]
    for separator in reversed(inner):
        text = st.lists(text, min_size=1, max_size=3).map(separator.join)
    several = st.lists(text, min_size=1, max_size=3).map(outermost.join)
    return weighted((1, several), (1, st.tuples(word, text).map(outermost.join)))


def _within(text: str, other: str, at: int) -> str:
    """``other`` put into ``text``, before a word or at the end."""
    starts = [match.start() for match in _WORD_STARTS.finditer(text)][1:]
    if starts and at % 2:
        place = starts[at % len(starts)]
        return f"{text[:place]}{other} {text[place:]}"
    return f"{text} {other}"


def _around(pattern: str) -> str:
    """A pattern of at most a word before and after ``pattern``, with no groups and anchors of its own."""
    inside = _GROUP_NAME.sub("(?:", pattern).strip("^$")
    return rf"(?:\w{{1,3}} )?(?:{inside})(?: \w{{1,3}})?"


def reads_text(signature: Signature, clues: Clues) -> bool:
    """Whether the code reads text from a parameter that may hold some."""
    return any(p.name in clues.parameters and _holds_text(p.type) for p in signature.parameters)


def _holds_text(spec: TypeSpec | None) -> bool:
    return spec is None or spec.kind in ("str", "any") or any(map(_holds_text, spec.args))


def _pieces(literals: Sequence[str]) -> list[str]:
    """Literals that may be pieces of text, and the words of longer ones."""
    found: dict[str, None] = {}
    for text in literals:
        if 0 < len(text) <= PIECE_LENGTH:
            found[text] = None
            parts = text.split()
            if 1 < len(parts) <= 4:
                found.update(dict.fromkeys(parts))
    return list(found)[:PIECES]


def matching(pattern: str, flags: int, words: Sequence[str] = ()) -> Texts | None:
    """Texts that match a regular expression in full; ``None`` if none can be drawn.

    Where it takes any word, some have one of ``words``.

    Hypothesis checks what it draws by the expression itself. Where repetitions are nested and a match looks
    around, that may take exponential time, so such an expression is left out.
    """
    if _NESTED.search(pattern) and _LOOKING.search(pattern):
        return None
    try:
        compiled = re.compile(pattern, flags & ~(re.DEBUG | re.LOCALE))
    except (re.error, ValueError, OverflowError, RecursionError):
        return None
    alphabet = "".join(sorted({*PLAIN_CHARACTERS, *(c for c in pattern if c.isprintable())}))
    found = []
    worded = _worded(pattern, words)
    if worded != pattern and (texts := matching(worded, flags)) is not None:
        found.append((4, texts))
    for weight, characters in ((4, alphabet), (1, None)):
        try:
            strategy = st.from_regex(compiled, fullmatch=True, alphabet=characters)
            strategy.validate()
        except (InvalidArgument, NotImplementedError):
            continue
        if not strategy.is_empty:
            found.append((weight, strategy))
    return weighted(*found) if found else None


def _match(pattern: str, flags: int, text: str) -> Recipe:
    return Recipe("call", "re:match", (pattern, text, int(flags)))


def _worded(pattern: str, words: Sequence[str]) -> str:
    """A pattern with ``words`` as alternatives to each part that takes one of them."""

    def alternatives(part: re.Match[str]) -> str:
        try:
            fitting = [word for word in words if re.fullmatch(part[0], word)][:FITTING_WORDS]
        except re.error:
            return part[0]
        return f"(?:{'|'.join([*map(re.escape, fitting), part[0]])})" if fitting else part[0]

    return _REPEATED.sub(alternatives, pattern)
