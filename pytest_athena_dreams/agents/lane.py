"""Workers for an event loop: ``await`` a verdict or a call, and cancel it.

Invariants: the loop is never blocked, because a thread waits for the worker; cancelling a request ends its
worker, that one's jails and what runs in them; a worker serves one request at a time.
"""

from __future__ import annotations

import asyncio
import pickle
from dataclasses import fields
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from ..closing import Closing
from ..config import Settings
from ..errors import DreamsError, SandboxError
from ..models import Dream
from ..trial.direct import Call, Called
from .checker import Checked
from .variant import Variant
from .worker import TRIES, Worker, WorkerLost


class Lane(Closing):
    """At most ``size`` workers at once, started when first needed. A context manager: closing it ends them.

    One lane may serve several event loops, one after another. ``_idle`` are the workers with nothing to do.
    """

    def __init__(self, settings: Settings, size: int = 2) -> None:
        self.settings = settings
        self.size = size
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    def close(self) -> None:
        """End the workers, busy ones included. Safe to call twice."""
        for worker in [*self._idle, *self._busy]:
            worker.kill()
        self._idle.clear()

    async def check(self, variant: Variant, *, repair: bool = False) -> Checked:
        """The verdict on a variant. Raises ``DreamsError``."""
        found = await self._ask("check", [0, repair, msgspec.to_builtins(variant)])
        return msgspec.convert(found, Checked)

    async def judge(self, dream: Dream, *, repair: bool = False) -> Checked:
        """The verdict on a dream of a store: that of a run with the same settings. Raises ``DreamsError``."""
        found = await self._ask("judge", [repair, msgspec.to_builtins(dream)])
        return msgspec.convert(found, Checked)

    async def call(self, call: Call) -> Called:
        """What one call does. Raises ``DreamsError``."""
        values = {field.name: getattr(call, field.name) for field in fields(call)}
        try:
            data = pickle.dumps(values)
        except Exception as error:  # whatever a class of the caller's raises
            raise DreamsError(
                f"the arguments can't be sent into the jail: {type(error).__name__}: {error}; "
                "use builtin types"
            ) from None
        found = await self._ask("call", data)
        return msgspec.convert(found, Called)

    async def _ask(self, task: str, data: Any) -> Any:
        loop = asyncio.get_running_loop()
        places = self._places.setdefault(loop, asyncio.Semaphore(self.size))
        async with places:
            for attempt in range(1, TRIES + 1):
                worker = self._idle.pop() if self._idle else Worker(self.settings)
                self._busy.add(worker)
                done = False
                try:
                    reply = await asyncio.to_thread(_exchange, worker, task, data)
                    done = True
                except WorkerLost as lost:
                    if attempt == TRIES:
                        raise SandboxError(
                            f"the process that tests it ended {TRIES} times ({lost}); "
                            "the machine may be out of memory"
                        ) from None
                    continue
                finally:
                    self._busy.discard(worker)
                    if done:
                        self._idle.append(worker)
                    else:  # cancelled, or lost: the thread that waits for it goes on at once
                        worker.kill()
                if isinstance(reply, Exception):
                    raise reply
                return reply
        raise AssertionError("unreachable")


def _exchange(worker: Worker, task: str, data: Any) -> Any:
    """The reply, or the worker's ``DreamsError``, after which the worker is as good as before."""
    try:
        worker.send(task, data)
        return worker.receive()
    except DreamsError as error:
        return error
