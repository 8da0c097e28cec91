"""Where the calls of one child take place: the folder of its worlds, one world after the other.

Invariants: the folder is filled and read only while the child is stopped; what the child says of the folder's
path is renamed before anything else reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ..models import DeathReason, Observation
from ..world.answering import Answering
from ..world.tree import TooMuch, changes, fill
from ..worlds import EMPTY, ROOT_PATH, Changes, World
from .death import Over
from .policy import WORLD_BYTES
from .questions import Questions

if TYPE_CHECKING:
    from .acting import Acting
    from .listener import Listener

_TOO_MUCH = DeathReason.OUTPUT, "killed for more files, or larger ones, than a world may hold"


class Stage:
    """The folder at ``path``."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._world = EMPTY
        self.questions = Questions()
        """What the child asks of its world, beside files."""

    def set(self, world: World) -> None:
        """Put ``world`` in place of what is there. Raises ``Over``."""
        try:
            fill(self._path, world)
        except TooMuch:
            raise Over(*_TOO_MUCH) from None
        self._world = world
        self.questions.answering = Answering(world, self._path, self._changed)

    def _changed(self) -> Changes:
        """What differs now, while the child runs; nothing where it can't be read."""
        try:
            return changes(self._path, self._world, settled=False)
        except (TooMuch, OSError):
            return {}

    def seen(self, observation: Observation, world: World, listener: Listener | None) -> Observation:
        """``observation`` with what the call left of ``world``. Raises ``Over``."""
        asked = listener.taken_places() if listener is not None else ()
        try:
            left = dict(changes(self._path, world))
        except TooMuch:
            raise Over(*_TOO_MUCH) from None
        self.questions.last()
        answering = self.questions.answering
        if answering is None:
            return structs.replace(observation, files=left, asked=asked)
        refused = (*observation.refused, *answering.refused)
        observation = structs.replace(observation, files=left, asked=asked, refused=refused)
        return structs.replace(observation, requests=answering.requests, slept=answering.slept)

    def close(self) -> None:
        """Answer no more questions. Safe to call twice."""
        self.questions.close()

    def renamed(self, body: bytes) -> bytes:
        """A reply with ``ROOT_PATH`` for the folder's path."""
        return body.replace(self._path.encode(), ROOT_PATH.encode())

    def acting(self) -> Acting:
        """What does a child's acts in the folder."""
        from ..world.acts import Acts
        from .acting import Acting

        return Acting(Acts(self._path, WORLD_BYTES))
