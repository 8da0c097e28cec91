"""Where the calls of one child take place: the folder of its worlds, one world after the other.

Invariants: the folder is filled and read only while the child is stopped; what the child says of the folder's
path is renamed before anything else reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ..models import DeathReason, Observation
from ..world.tree import TooMuch, changes, fill
from ..worlds import ROOT_PATH, World
from .death import Over
from .policy import WORLD_BYTES

if TYPE_CHECKING:
    from .acting import Acting
    from .listener import Listener

_TOO_MUCH = DeathReason.OUTPUT, "killed for more files, or larger ones, than a world may hold"


class Stage:
    """The folder at ``path``."""

    def __init__(self, path: str) -> None:
        self._path = path

    def set(self, world: World) -> None:
        """Put ``world`` in place of what is there. Raises ``Over``."""
        try:
            fill(self._path, world)
        except TooMuch:
            raise Over(*_TOO_MUCH) from None

    def seen(self, observation: Observation, world: World, listener: Listener | None) -> Observation:
        """``observation`` with what the call left of ``world``. Raises ``Over``."""
        asked = listener.taken_places() if listener is not None else ()
        try:
            left = dict(changes(self._path, world))
        except TooMuch:
            raise Over(*_TOO_MUCH) from None
        return structs.replace(observation, files=left, asked=asked)

    def renamed(self, body: bytes) -> bytes:
        """A reply with ``ROOT_PATH`` for the folder's path."""
        return body.replace(self._path.encode(), ROOT_PATH.encode())

    def acting(self) -> Acting:
        """What does a child's acts in the folder."""
        from ..world.acts import Acts
        from .acting import Acting

        return Acting(Acts(self._path, WORLD_BYTES))
