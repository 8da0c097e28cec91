"""A request to a child to load a source."""

from __future__ import annotations

import marshal
from dataclasses import dataclass
from typing import Literal

from ..signatures import Loaded
from .jail.frames import REQUEST_FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Code to load, and the function to call.

    ``entry_point`` (``Class.method`` for a method) must exist if it is given. Otherwise the entry point is
    the first of ``fallbacks`` that the code binds to any value; then the function named ``title``, the
    procedure's name; then a guess, which ``Loaded`` reports.

    ``mutant`` is the number of a mutant to load instead of the code; it needs the entry point's name, and a
    number without a mutant fails to compile. With ``mutant_output``, mutants also change what is printed.
    Calls of ``watched`` code report only the lines they reach; ``Loaded`` then holds the entry point's name
    and the executable lines. Calls of ``followed`` code report the features of their path in place of lines.
    Describing takes longer than the rest of a load, so ``described`` limits it:
    ``"returns"`` leaves out the signature, ``"doc"`` the return type too, and ``"not"`` everything but the
    name.

    For ``audited`` code, observations list what the jail refused to each call: as the kernel reports it, and
    as its own process does if the code is ``trusted`` or the kernel can't report. For code that ``prints``,
    they hold what each call printed. With ``notes_patterns``, ``Loaded`` and observations hold the regular
    expressions that the code compiles. ``share`` is the part of the limits on memory, output and recursion
    that the code gets: with less than 1, other code has some room above what this code needs.
    Calls of code that ``acts`` each have a world, which their payload carries (:mod:`..worlds`), and
    observations say what they changed in it.
    """

    code: str
    entry_point: str | None = None
    fallbacks: tuple[str, ...] = ()
    title: str = ""
    mutant: int | None = None
    mutant_output: bool = False
    watched: bool = False
    followed: bool = False
    audited: bool = False
    trusted: bool = False
    prints: bool = True
    notes_patterns: bool = False
    described: Literal["fully", "returns", "doc", "not"] = "fully"
    share: float = 1.0
    acts: bool = False

    def request(self, *, anew: bool) -> bytes:
        """The request in marshal's format, which the same Python has to read.

        Without ``anew``, a child that has loaded this code keeps it and only applies ``watched`` and
        ``followed``.
        """
        fields = {name: getattr(self, name) for name in Source.__slots__ if name != "acts"}
        return marshal.dumps(fields | {"anew": anew}, REQUEST_FORMAT)

    def lacks(self, loaded: Loaded) -> bool:
        """Whether ``loaded`` lacks the signature that this request asks for."""
        return self.described == "fully" and not self.watched and loaded.signature is None
