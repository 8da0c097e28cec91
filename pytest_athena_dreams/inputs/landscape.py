"""Strategies for the worlds of calls: the files that a procedure looks at, as its arguments name them.

A world shrinks to fewer files, then to simpler ones: the first choice is always a file that is not there, or
an empty one.
"""

from __future__ import annotations

import itertools
import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any

from hypothesis import strategies as st

from ..drawable import Shape
from ..signatures import Signature
from ..worlds import FOLDER, Entry, Place, World, laid_over, planted
from .arguments import Arguments
from .countable import Countable
from .databases import databases
from .draws import Draw, drawn_by, whole
from .pathlike import text_of_path
from .peers import serviced
from .scalars import Strategy
from .scenery import set_in
from .terminal import answered
from .weights import weighted
from .written import texts_of

FILE_NAMES = ("a.txt", "data/b.txt")
FOLDER_NAMES = ("pkg", "data/src")
"""Paths to give to parameters that name a file or a folder."""
_WORDS = ("a", "b", "1")
_USUAL = ("a", "b", "alpha", "x_1", "1.0.0")
_LINES, _PARTS, _CHILDREN, _VALUES = 5, 4, 4, 12
"""Maximum lines of a file, parts of a line, entries of a folder, and texts to take from one argument."""
_WORD_NUMBERS = 719
"""The largest number of a word; 720 is a multiple of most counts of words."""
_GIVEN_OF = 3
"""Worlds that hold the user's own, for each one that is drawn alone: there, other things happen."""
_OTHER_KIND = 9
"""Worlds with a file and a folder where each is expected, for each with one in the other's place."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_UTF8 = b"\xff\xfe\x00"


def path_values(place: Place, ending: str, given: World | None = None) -> st.SearchStrategy[str]:
    """Paths for a parameter that is a place's whole path; ``ending`` is the suffix of its files' names.

    Those in the user's world come first.
    """
    files = given.files if given is not None else {}
    own = [path for path, entry in files.items() if (entry.kind == "folder") == place.folder]
    if place.folder:
        return st.sampled_from([*own, *FOLDER_NAMES, "."])
    return st.sampled_from([*own, *(name.removesuffix(".txt") + ending for name in FILE_NAMES)])


def surrounded(
    strategy: st.SearchStrategy[Arguments],
    signature: Signature,
    shape: Shape,
    countable: Countable,
) -> st.SearchStrategy[Arguments]:
    """Calls of ``strategy`` that are ``countable``, each with a world of its own."""
    contents = _Contents(shape)

    def draw_both(draw: Draw) -> Arguments:
        arguments = countable.call(draw(strategy))
        values = texts_by_name(arguments, signature)
        world = _world(draw, values, shape, contents)
        if shape.given is not None and whole(draw, 0, _GIVEN_OF) < _GIVEN_OF:
            world = laid_over(world, shape.given)
        return replace(arguments, world=world)

    return drawn_by(draw_both)


def texts_by_name(arguments: Arguments, signature: Signature) -> dict[str, Any]:
    """The arguments by parameter, with the texts of paths."""
    return {name: text_of_path(value) for name, value in arguments.by_name(signature).items()}


def leads_somewhere(values: Mapping[str, Any], shape: Shape) -> bool:
    """Whether an edge case of arguments can be meant where code acts.

    An empty path is none, and neither files nor commands can hold lone surrogates.
    """
    texts = [value for value in values.values() if isinstance(value, str)]
    return all(values.get(name) != "" for name in shape.paths) and not any(map(_SURROGATE.search, texts))


class _Contents:
    """Strategies for what is in the files of one shape's worlds, each made once: that takes longer than to
    draw.

    ``words`` are those of the call that is drawn.
    """

    def __init__(self, shape: Shape) -> None:
        self.words: Sequence[str] = _WORDS
        self._shape = shape
        self._by_suffix: dict[str, Strategy] = {}
        self._word = st.integers(0, _WORD_NUMBERS).map(lambda number: self.words[number % len(self.words)])
        self.value = _json(self._word, shape.keys) if shape.keys and shape.commands else None
        """What a command may print as JSON."""

    @cached_property
    def children(self) -> Strategy:
        """Paths in a folder."""
        return st.lists(_children(self._shape.names), max_size=_CHILDREN, unique=True)

    def at(self, path: str) -> Strategy:
        """What is in the file at a path."""
        suffix = posixpath.splitext(path)[1]
        if suffix not in self._by_suffix:
            self._by_suffix[suffix] = _entries(self._word, self._shape, suffix)
        return self._by_suffix[suffix]


def _world(draw: Draw, values: Mapping[str, Any], shape: Shape, contents: _Contents) -> World:
    own = list(dict.fromkeys(_texts(values)))
    contents.words = [*_WORDS, *own, *own, *shape.words]
    planned: list[tuple[str, Entry]] = []
    for place in shape.places:
        path = place.filled(values)
        if path is None:
            continue
        if shape.asks_kinds and path and whole(draw, 0, _OTHER_KIND) == _OTHER_KIND:
            planned.append((path, Entry() if place.folder else FOLDER))
        elif place.folder:
            if path:
                planned += [(path, FOLDER)] if whole(draw, 0, 3) else []
            prefix = f"{path}/" if path else ""
            planned += [(prefix + name, draw(contents.at(name))) for name in draw(contents.children)]
        elif path and whole(draw, 0, 3):
            planned.append((path, draw(contents.at(path))))
    texts = list(dict.fromkeys([*own, *shape.words]))
    value = contents.value
    structured = None if value is None else lambda: json.dumps(draw(value))
    world = answered(draw, planted(planned), shape.commands, shape.optional, values, texts, structured)
    read = [one for one in shape.documents if one.form == "json"]
    world = serviced(draw, world, shape.services, values, [*own, *texts], shape.keys, read)
    return set_in(draw, world, shape, texts)


def _children(names: Sequence[str]) -> st.SearchStrategy[str]:
    """Paths of files in a folder; some are in a folder of another one, as a repository's ``.git`` is."""
    name = st.sampled_from(names)
    above = sorted({name.partition("/")[0] for name in names if "/" in name})
    if not above:
        return name
    return weighted((3, name), (1, st.tuples(st.sampled_from(above), name).map("/".join)))


def text_values(words: Sequence[str]) -> st.SearchStrategy[str]:
    """Texts for a parameter that names no file: mostly words, which files then hold too."""
    return weighted(
        (4, st.sampled_from(_USUAL)), (2, st.sampled_from([*_USUAL, *words])), (1, st.text(max_size=8))
    )


def _texts(values: Mapping[str, Any]) -> Iterator[str]:
    """The short texts in the arguments, which files may hold too."""
    left = list(values.values())
    for value in islice(left, _VALUES * len(values)):  # which grows
        if isinstance(value, str) and 0 < len(value) < 40:
            yield value
        elif isinstance(value, list | tuple):
            left += value[:_VALUES]
        elif isinstance(value, dict):
            left += [*value.keys(), *value.values()][:_VALUES]


def _entries(word: Strategy, shape: Shape, suffix: str) -> st.SearchStrategy[Entry]:
    line = weighted(
        (3, word),
        (3, st.lists(word, min_size=1, max_size=_PARTS).map("".join)),
        (3, st.lists(word, min_size=1, max_size=_PARTS).map(" ".join)),
        (2, st.tuples(word, word).map("=".join)),
        (1, word.map(lambda text: f"{text} {text}")),
        (1, st.just("")),
        (1, word.map(lambda text: f"# {text}")),
        (1, word.map(lambda text: f"  {text}")),
    )
    lines = st.lists(line, max_size=_LINES)
    end = st.sampled_from(["\n", "\n", "\n", ""])
    text = st.tuples(lines, end).map(lambda drawn: "\n".join(drawn[0]) + (drawn[1] if drawn[0] else ""))
    kinds = [(1, st.just("")), (8, text)]
    keys = shape.keys
    documents = texts_of(shape.documents, suffix, word)
    if documents:
        kinds += [(30, st.one_of(documents))]
    elif keys:
        kinds += [(6, _json_lines(word, keys)), (6, _json(word, keys).map(json.dumps))]
    if shape.returns:
        kinds += [(6, text.map(lambda drawn: drawn.replace("\n", "\r\n"))), (2, text.map(_mixed_ends))]
    contents = weighted(*kinds).map(lambda drawn: drawn.encode(errors="replace"))
    if shape.tables:
        contents = weighted((1, contents), (8, databases(shape.tables, word)))
    contents = weighted((24, contents), (1, st.just(_NOT_UTF8)))
    modes = st.sampled_from([0o644] * 6 + [0o600, 0o755])
    old = st.sampled_from([0, *shape.ages])
    return st.builds(
        lambda content, mode, age: Entry(content=content, mode=mode, age=age), contents, modes, old
    )


def _mixed_ends(text: str) -> str:
    """``text`` with different ends of its lines."""
    ends = itertools.cycle(("\r\n", "\n", "\r"))
    return "".join(line.removesuffix("\n") + next(ends) for line in text.splitlines(keepends=True))


def _json(word: Strategy, keys: Sequence[str]) -> Strategy:
    simple = st.one_of(st.integers(0, 9), word, st.floats(0, 100).map(lambda x: round(x, 1)), st.booleans())
    name = st.sampled_from(keys)
    value = weighted(
        (6, simple), (1, st.lists(simple, max_size=2)), (1, st.dictionaries(name, simple, max_size=3))
    )
    some = st.dictionaries(name, value, max_size=len(keys))
    every = st.fixed_dictionaries(dict.fromkeys(keys, value))
    return weighted((1, some), (2, every))


def _json_lines(word: Strategy, keys: Sequence[str]) -> Strategy:
    line = weighted((6, _json(word, keys).map(json.dumps)), (1, word), (1, st.just("")))
    return st.lists(line, max_size=_LINES).map(lambda lines: "".join(f"{line}\n" for line in lines))
