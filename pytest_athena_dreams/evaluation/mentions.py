"""Which dreams a text speaks of: by id, as ``D17``, ``dream 17``, ``#17`` or a bare number, or by label.

Invariants: pure; only known ids and labels are mentions, apart from ``unknown``, which has what looks like
one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_NAMED = re.compile(
    r"(?<![\w.])(?:(?:dream|traum|variant|candidate|item|entry)[ \t_]{0,2}(?:id|no\.?|nr\.?|number)?"
    r"[ \t:#_-]{0,3}|d[-_#]?|id[ \t:=#]{1,3}|#)"
    r"(?P<id>\d{1,9})(?!\w|[.,]\d|[ \t]?/[ \t]?\d|[ \t]?%)",
    re.IGNORECASE,
)
_BARE_ID = re.compile(
    r"[\s>*_|#+-]{0,12}[\"'`([]?(?P<id>\d{1,9})[\"'`)\].:*_]{0,4}(?=[ \t]*[|:;,=–—→-]|[ \t]+\S|\t)"
)
_SHORTEST_LABEL = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a line that names a dream."""

    start: int
    end: int
    dream: int


@dataclass(frozen=True, slots=True)
class Names:
    """The dreams that a text may speak of: their ids, and the ids of labels."""

    ids: frozenset[int]
    labels: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, ids: Iterable[int], labels: Mapping[str, int] | None = None) -> Names:
        """The names of dreams with these ids; labels that are too short, or numbers, are no names."""
        usable = {
            label: dream
            for label, dream in (labels or {}).items()
            if len(label) >= _SHORTEST_LABEL and not label.isdigit()
        }
        return cls(frozenset(ids), dict(sorted(usable.items(), key=lambda item: -len(item[0]))))

    def mentions(self, line: str, most: int) -> list[Mention]:
        """The first dreams that a line names, in order: labels, and ids with a word or a mark before them."""
        found: list[Mention] = []
        for label, dream in self.labels.items():
            start = line.find(label)
            while start >= 0 and len(found) < most:
                end = start + len(label)
                free = all(m.end <= start or end <= m.start for m in found)
                if free and not _glued(line, start - 1) and not _glued(line, end):
                    found.append(Mention(start, end, dream))
                start = line.find(label, end)
        for match in _NAMED.finditer(line):
            if len(found) >= most:
                break
            dream = int(match["id"])
            free = all(m.end <= match.start() or match.end() <= m.start for m in found)
            if dream in self.ids and free:
                found.append(Mention(match.start(), match.end(), dream))
        return sorted(found, key=lambda mention: mention.start)

    def bare(self, line: str) -> Mention | None:
        """The dream whose id stands alone at the head of a line or a table's row."""
        match = _BARE_ID.match(line)
        if match is None or int(match["id"]) not in self.ids:
            return None
        return Mention(match.start("id"), match.end(), int(match["id"]))

    def find(self, text: str) -> int | None:
        """The dream that ``text`` as a whole names."""
        word = text.strip().strip("\"'`*#() ")
        if word in self.labels:
            return self.labels[word]
        match = _NAMED.fullmatch(word)
        number = match["id"] if match else word
        return int(number) if number.isdecimal() and len(number) < 10 and int(number) in self.ids else None


def unknown(line: str) -> bool:
    """Whether a line names a dream, known or not."""
    return _NAMED.search(line) is not None


def _glued(line: str, place: int) -> bool:
    return 0 <= place < len(line) and (line[place].isalnum() or line[place] == "_")
