"""What to draw the worlds of a procedure from, as plain data.

Invariants: as those of ``worlds``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from .worlds import Place, World

Format = Literal["json", "toml"]


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document that a procedure parses, or a part of one, as its source reads it.

    It has ``keys``, or any names with a ``value`` each, or is a list of ``item``; ``kind`` is that of a leaf,
    empty if unknown.
    """

    form: Format = "json"
    kind: str = ""
    keys: dict[str, Document] = {}
    item: Document | None = None
    value: Document | None = None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table of a database that a procedure uses and does not make.

    ``values`` are texts by column that its statements compare with.
    """

    name: str
    columns: tuple[str, ...]
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()


Reads = Literal["input", "arguments", "clock"]
"""What surrounds a call and does not show in what it asks."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What to draw a procedure's worlds from.

    ``places`` are paths that it looked at, ``names`` those of entries in folders, ``words`` parts of texts,
    ``keys`` those of JSON objects, empty if it reads none.
    """

    places: tuple[Place, ...]
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()
    """The words of commands that it runs, with parameters in braces."""
    variables: tuple[str, ...] = ()
    """Names of variables that it reads."""
    reads: frozenset[Reads] = frozenset()
    """What else it reads by its source."""
    documents: tuple[Document, ...] = ()
    """What it parses."""
    tables: tuple[Table, ...] = ()
    """Tables of the databases that it uses."""
    ages: tuple[int, ...] = ()
    """Seconds that files may be old, if it looks at their times."""
    asks_kinds: bool = False
    """Whether it asks if something is a file or a folder."""
    returns: bool = False
    """Whether it names carriage returns, so that files hold some."""
    paths: tuple[str, ...] = ()
    """Parameters that hold a whole path."""
    optional: tuple[str, ...] = ()
    """Programs that it can do without."""
    services: tuple[tuple[str, str], ...] = ()
    """Methods and URLs of its requests of HTTP, with parameters in braces."""
    given: World | None = None
    """The user's own world, which most worlds hold."""
    looped: tuple[str, ...] = ()
    """Names that decide how often its loops run."""
