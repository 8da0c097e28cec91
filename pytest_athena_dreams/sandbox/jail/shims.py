"""Everything in a child that takes the place of a way to act, for code with a world.

The shims translate and need no trust: what goes around them meets the kernel's filter.
"""

from __future__ import annotations

from .scene import Scene
from .sockets import Sockets
from .spawning import Commands
from .window import Window


class Shims:
    """The shims of one child."""

    def __init__(self, folder: str, seed: int) -> None:
        """``folder`` is that of the world, ``seed`` that of chance."""
        window = Window()
        self._ask = window.ask
        self._scene = Scene(window, folder, seed)
        self._commands, self._sockets = Commands(window, self._scene.look_into), Sockets(window)

    def install(self) -> None:
        """Put the shims in place. Until the first call they do nothing."""
        self._scene.install()
        self._commands.install()
        self._sockets.install()

    def begin(self) -> None:
        """Forget the last call, and set the surroundings of the next one."""
        self._scene.begin()
        self._commands.begin()
        self._sockets.begin()

    def finish(self) -> None:
        """End a call, before its reply is sent."""
        self._commands.finish()
        if left := self._commands.left():
            self._ask("left", variables=left)
