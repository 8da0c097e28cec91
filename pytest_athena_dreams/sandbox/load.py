"""What a child is to load."""

from __future__ import annotations

import marshal
from dataclasses import dataclass
from typing import Literal

from ..signatures import Loaded
from .jail.frames import REQUEST_FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Code to load, and which of its functions to call.

    That is ``entry_point`` (``Class.method`` for a method), which must be there. Without one it is the first
    of ``fallbacks`` that the code binds, to whatever; then the function that the code calls ``title``, which
    is the procedure's name; then a guess, and ``Loaded`` says so.

    ``mutant`` is the number of a mutant to load in the code's place, for which the entry point must be
    named; one that there is not does not compile. Calls of ``watched`` code tell the lines they reach
    and nothing else; ``Loaded`` then holds its name and the lines that there are. A description takes longer
    than the rest of a load, so ``described`` says how far it goes: ``"doc"`` and ``"returns"`` leave out the
    signature, ``"doc"`` the return type too, and ``"not"`` leaves the name alone.

    ``audited`` code, which is trusted, has what the jail refuses to its calls noted in their observations.
    ``share`` is the part of the limits on memory, output and recursion that the code has: what it manages
    with less than all of them, other code manages with room to spare.
    """

    code: str
    entry_point: str | None = None
    fallbacks: tuple[str, ...] = ()
    title: str = ""
    mutant: int | None = None
    watched: bool = False
    audited: bool = False
    described: Literal["fully", "returns", "doc", "not"] = "fully"
    share: float = 1.0

    def request(self, *, anew: bool) -> bytes:
        """The request to load it, ``anew`` if need be, for the same Python to read."""
        told = {name: getattr(self, name) for name in Source.__slots__}
        return marshal.dumps(told | {"anew": anew}, REQUEST_FORMAT)

    def lacks(self, loaded: Loaded) -> bool:
        """Whether the signature that this source was to be described by is missing."""
        return self.described == "fully" and not self.watched and loaded.signature is None
