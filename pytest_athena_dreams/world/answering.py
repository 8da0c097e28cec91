"""Answers what one call asks of its world, beside files, and logs it.

Invariants: the log is the parent's own and grows in the order of the questions; what it holds is bounded.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping

from msgspec import structs

from ..worlds import ROOT_PATH, Changes, Request, World
from .peer import Peers
from .programs import CHANGE_FOLDER, Ran, is_script, place_of, ran, steps
from .sights import sees, sees_files

REQUESTS = 500
"""Requests of one call."""
REQUEST_CHARACTERS = 1 << 20
"""Characters of all requests of one call."""
SEEN_BYTES = 8 << 20
"""Bytes of files to log for one call's commands: later ones are logged without."""


REFUSED = 20
"""Requests of one call to note that could not be answered."""


class TooManyRequests(Exception):
    """A call asked more than the parent logs."""


class Answering:
    """The log of one call in ``world``, whose folder is ``root``. ``changed`` says what differs there now."""

    def __init__(self, world: World, root: str, changed: Callable[[], Changes]) -> None:
        self._world = world
        self._root = root
        self._changed = changed
        self._log: list[Request] = []
        self._times: Counter[tuple[str, ...]] = Counter()
        self._room = REQUEST_CHARACTERS
        self._seen_room = SEEN_BYTES
        self.peers = Peers(world, self._note)
        self.refused: list[str] = []
        """The peers of its connections, and what they could not answer."""
        self.slept = 0.0
        """Seconds that the call slept."""

    @property
    def requests(self) -> tuple[Request, ...]:
        """All requests so far, in order."""
        return tuple(self._log)

    def surroundings(self) -> dict[str, object]:
        """What surrounds the call beside files, commands and peers."""
        world = self._world
        return {
            "variables": world.variables,
            "arguments": world.arguments,
            "input": world.input,
            "clock": world.clock,
        }

    def run(
        self, words: list[str], folder: str, variables: Mapping[str, str | None], body: str
    ) -> tuple[int, Ran]:
        """Run a command, or the commands of a script one after another: a number in the log, and how it ends.

        The number is that of the first command, which reads the input.
        """
        first, done = len(self._log), Ran()
        request = Request(
            words=(),
            folder=self._inside(folder),
            details={
                name: None if value is None else self._renamed(value)
                for name, value in sorted(variables.items())
            },
            body=self._renamed(body),
        )
        for step in steps([self._renamed(word) for word in words]):
            if step[:1] == (CHANGE_FOLDER,):
                request = structs.replace(request, folder=self._inside(os.path.join(request.folder, step[1])))
                continue
            own = structs.replace(request, words=step, body=request.body if len(self._log) == first else "")
            one = ran(own, self._world, self._times[step], script=is_script(words))
            self._times[step] += 1
            done = Ran(one.error, done.out + one.out, done.err + one.err, one.status)
            if one.error:  # it did not start, so there is nothing that it did
                break
            self._note(structs.replace(own, sees=self._sees(own)))
            if one.status:
                break
        return first, done

    def feed(self, number: int, text: str) -> None:
        """Add to the input of a command."""
        self._count(text)
        if 0 <= number < len(self._log):
            request = self._log[number]
            self._log[number] = structs.replace(request, body=request.body + text)

    def left(self, variables: Mapping[str, str | None]) -> None:
        """Note the variables that the call leaves changed."""
        for name, value in sorted(variables.items()):
            value = None if value is None else self._renamed(value)
            self._note(Request(kind="variable", words=(name,), details={name: value}))

    def refuse(self, what: str) -> None:
        """Note that a request could not be answered."""
        if len(self.refused) < REFUSED:
            self.refused.append(what)

    def place_of(self, program: str) -> str | None:
        """Where a program is installed; ``None`` if it is not."""
        return place_of(program, self._world)

    def _note(self, request: Request) -> None:
        self._count(
            *request.words,
            request.folder,
            request.body,
            *request.details,
            *filter(None, request.details.values()),
        )
        if len(self._log) >= REQUESTS:
            raise TooManyRequests
        self._log.append(request)

    def _count(self, *texts: str) -> None:
        self._room -= sum(map(len, texts))
        if self._room < 0:
            raise TooManyRequests

    def _sees(self, request: Request) -> Changes:
        if self._seen_room <= 0 or not sees_files(request, self._exists):
            return {}
        found = {
            path: entry
            for path, entry in self._changed().items()
            if (entry is None or entry.kind != "folder")
            and sees(request, path, known=path in self._world.files)
        }
        self._seen_room -= sum(len(entry.content) for entry in found.values() if entry is not None)
        return found

    def _exists(self, path: str) -> bool:
        """Whether there is something at a path in the world, or was before the call."""
        files = self._world.files
        try:
            return path in files or os.path.lexists(f"{self._root}/{path}")
        except ValueError:  # no path at all
            return False

    def _inside(self, folder: str) -> str:
        """A folder relative to the world's, if it is in there."""
        plain = os.path.normpath(self._renamed(folder))
        inside = plain == ROOT_PATH or plain.startswith(f"{ROOT_PATH}/")
        plain = plain[len(ROOT_PATH) + 1 :] if inside else plain
        return "" if plain == "." else plain

    def _renamed(self, text: str) -> str:
        return text.replace(self._root, ROOT_PATH)
