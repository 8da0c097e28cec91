"""One child of the fork server, as the parent sees it: requests to it, and observations of it.

Invariants: the child is killed however its ``with`` block ends; every wait ends with the deadline; how a
child died is read from its wait status, never from its replies. Between requests the child is stopped, and
before its last reply counts, the parent checks what no kernel limit covers: threads and scratch space.
"""

from __future__ import annotations

import math
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..closing import Closing
from ..errors import SandboxError
from ..models import DeathReason, Observation, ObservationKind
from ..signatures import Loaded
from ..worlds import World, detached
from . import wire
from .channel import Channel, Gone
from .death import Over, cause, died
from .decoding import WireError
from .forkserver import ForkServer, Process, Reaped, ServerLost
from .load import Source
from .lock_in import listening, order_of
from .meter import Deadline, Meter, Reading
from .outputs import output_file
from .policy import Policy
from .quota import Quota
from .replies import Refused, observe
from .scratch import Scratch
from .stage import Stage

if TYPE_CHECKING:
    from .listener import Listener

_GLANCE = 0.05
"""Seconds between two checks of a running child."""
_GRACE = 1.0
"""Seconds that a child which closed its channel may take to end."""
_UNHEARD = Refused()
"""Refusals where no listener reports any."""


class _Late(Exception):
    """The deadline has passed."""


class Child(Closing):
    """A process that has loaded a source. Use it in a ``with`` block.

    After a load, either ``loaded`` describes the entry point and ``load_refusals`` what the kernel refused
    meanwhile, or ``failure`` is the observation of the failed load. ``cpu`` is the processor seconds used,
    ``peak_memory`` the peak in bytes above the first load; both are set when the child ends.
    """

    def __init__(self, server: ForkServer, source: Source, policy: Policy, seed: int) -> None:
        limits = policy.limits
        self.loaded: Loaded | None = None
        self.failure: Observation | None = None
        self.load_refusals: tuple[str, ...] = ()
        self.cpu, self.peak_memory = 0.0, 0
        self.lost = False
        """Whether the fork server went together with the child."""
        self._server = server
        self._limits = limits
        self._nonce = secrets.token_hex(16)
        self._number = 0
        self._answers: tuple[type[wire.Reply], ...] = ()
        self._next_look = time.monotonic() + _GLANCE
        self._resting = False
        self._channel = Channel(limits.reply, passes=source.audited)
        self._source = source
        self._listener: Listener | None = None
        self._scratch = Scratch(server.outside / "scratch", policy.scratch) if policy.scratch else None
        self._stage = Stage(self._scratch.path) if source.acts and self._scratch is not None else None
        self._channel.questions = self._stage.questions if self._stage is not None else None
        order = order_of(source, policy, self._nonce, seed, self._scratch)
        try:
            with self._channel.theirs as theirs, output_file() as out, output_file() as err:
                files = self._channel.files(out.fileno(), err.fileno())
                self._process: Process | None = server.spawn(order, theirs.fileno(), files)
        except BaseException:
            self._discard()
            raise
        self._meter = Meter(self._process.pid)
        self._meter.prefer_oom_kill()
        self._quota = Quota(self._meter, self._scratch)
        try:
            self._load(source, first=True)
        except BaseException:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether it can still take requests."""
        return self._process is not None

    def load(self, source: Source, *, anew: bool = True) -> None:
        """Load another source in the same process, which keeps whatever the earlier one changed in it.

        With ``anew=False`` the loaded code stays, which must be that of ``source``, and only
        ``source.watched`` applies.
        """
        if self._process is None:
            raise ValueError("this child has ended: spawn another")
        self.loaded = self.failure = None
        self._load(source, first=False, anew=anew)

    def usage(self) -> tuple[float, int]:
        """Processor seconds of the running child so far, and its peak memory in bytes above the load."""
        return self._meter.read().cpu, self._meter.peak()

    def status(self) -> dict[str, str]:
        """The fields of the running child's ``/proc/PID/status``; empty if there is no such file."""
        return self._meter.status()

    def namespaces(self) -> tuple[str, ...]:
        """Namespaces that the running child does not share with this process."""
        return self._meter.namespaces()

    def calls(self, payloads: Sequence[bytes], timeout: float) -> Iterator[Observation]:
        """Observe one call for each payload, in order.

        A payload is ``pickle.dumps((args, kwargs), 5)``. If the child does not survive a call, the
        observation of that call is the last one.
        """
        if self._process is None or self.loaded is None:
            raise ValueError("this child has no entry point or has ended: spawn another")
        if self._stage is None:
            yield from self._called(payloads, timeout)
            return
        for payload in payloads:
            if self._process is not None:
                yield self._acted(self._stage, *detached(payload), timeout)

    def _acted(self, stage: Stage, payload: bytes, world: World, timeout: float) -> Observation:
        """One call in its own world: made while the child is stopped, and looked at when it is again."""
        try:
            stage.set(world)
            (seen,) = self._called([payload], timeout)
            return seen if self._process is None else stage.seen(seen, world, self._listener)
        except Over as exc:
            self.close()
            return died(*exc.args)

    def _called(self, payloads: Sequence[bytes], timeout: float) -> Iterator[Observation]:
        self._resume()
        self._channel.send(payloads)
        start = self._meter.read()
        self._allow_cpu(start.cpu + len(payloads) * timeout)
        deadline = Deadline(start, timeout)
        for due in range(len(payloads), 0, -1):
            self._number += 1
            if self._listener is not None:
                self._listener.number = self._number
            if waits := not self._channel.ready:
                start = self._meter.read()
                deadline = Deadline(start, timeout)
            reply = self._reply(deadline, self._answers, due=due)
            if waits or self._process is None:
                yield self._observation(reply, start, self._meter.read(), deadline)
            else:  # it arrived together with the one before, which counts what both used
                yield observe(reply, cpu=0.0, elapsed=0.0, refused=self._refused())
            if self._process is None:
                return

    def close(self, *, wait: bool = True) -> None:
        """Kill the child and, with ``wait``, wait until it has ended. Safe to call twice."""
        if self._process is None:
            return
        process, self._process = self._process, None
        self.cpu, self.peak_memory = self._meter.read().cpu, self._meter.peak()
        try:
            process.kill()
            self._server.reap_later(process)
            if wait or self._scratch is not None:  # nothing may write to the folder while it is removed
                process.ended(_GRACE)
        finally:
            self._release(process)

    def _load(self, source: Source, *, first: bool, anew: bool = True) -> None:
        self._resume()
        self._source, self._number = source, 0
        if self._listener is not None:
            self._listener.forget()
        self._answers = (wire.Reached,) if source.watched or source.followed else (wire.Returned, wire.Threw)
        self._channel.send([source.request(anew=anew)])
        start = self._meter.read()
        deadline = Deadline(start, self._limits.load_timeout)
        reply = self._reply(deadline, (wire.Listening, wire.Ready, wire.Failed), due=2) if first else None
        if isinstance(reply, wire.Listening):
            self._listen()
            reply = self._reply(deadline, (wire.Ready, wire.Failed), due=2)
        if isinstance(reply, wire.Failed):
            raise SandboxError(f"a child could not be locked in: {reply.detail}; run 'athena-dreams doctor'")
        if reply is None or isinstance(reply, wire.Ready):
            self._allow_cpu(start.cpu + self._limits.load_timeout)
            reply = self._reply(deadline, (wire.Described, wire.Threw), due=1)
        if isinstance(reply, wire.Described) and source.lacks(reply.loaded):
            reply = died(DeathReason.PROTOCOL, "a load without the requested signature")
        if isinstance(reply, wire.Described):
            self.loaded, self.load_refusals = reply.loaded, self._refused().reported
            if first:
                self._meter.mark()
        else:
            self.failure = self._observation(reply, start, self._meter.read(), deadline)
            self.close()

    def _listen(self) -> None:
        """Start to answer the child's filter."""
        if (descriptor := self._channel.passed()) is not None and self._process is not None:
            places = self._server.readable, self._scratch, self._stage
            self._listener = self._channel.listener = listening(descriptor, self._process.pid, *places)
            self._meter.count(self._listener.queued)

    def _allow_cpu(self, seconds: float) -> None:
        """Set a backstop in the kernel in case the parent stalls: two seconds above the deadline."""
        if self._process is not None:
            self._process.allow_cpu(math.ceil(seconds) + 2)

    def _reply(
        self, deadline: Deadline, expected: tuple[type[wire.Reply], ...], *, due: int
    ) -> wire.Reply | Observation:
        """The next of ``due`` replies, or the observation of the death in its place."""
        try:
            body = self._channel.frame(due, lambda: self._pause(deadline))
            body = body if self._stage is None else self._stage.renamed(body)
            reply = wire.decode(body, nonce=self._nonce, number=self._number)
            if isinstance(reply, wire.Broken):
                raise WireError(f"it could not report what happened: {reply.detail}")
            if not isinstance(reply, expected):
                raise WireError(f"a frame of kind {type(reply).__name__.lower()!r}, which was not due")
            self._quota.check_scratch()
            if due == 1:
                surplus = self._channel.more()  # before the child is stopped: it may be about to write
                self._rest()
                if surplus or self._channel.more():
                    raise WireError("more replies than requests")
            return reply
        except _Late:
            self.close()
            return Observation(kind=ObservationKind.TIMED_OUT, detail=f"more than {deadline.timeout:g} s")
        except Over as exc:
            self.close()
            return died(*exc.args)
        except Gone:
            return self._death()
        except WireError as exc:
            self.close()
            return died(DeathReason.PROTOCOL, str(exc))

    def _rest(self) -> None:
        """Stop the child, and check its threads and scratch space while they can't change."""
        assert self._process is not None
        self._process.stop()
        self._resting = True
        self._quota.check_stopped()

    def _resume(self) -> None:
        if self._resting and self._process is not None:
            self._process.resume()
            self._resting = False

    def _pause(self, deadline: Deadline) -> float:
        """Maximum seconds to wait for a reply; checks threads and scratch space when a check is due."""
        now = self._meter.read()
        pause = deadline.pause(now, _GLANCE)
        if pause <= 0:
            raise _Late
        if now.wall >= self._next_look:
            self._next_look = now.wall + _GLANCE
            self._quota.check()
        return pause

    def _observation(
        self, reply: wire.Reply | Observation, start: Reading, now: Reading, deadline: Deadline
    ) -> Observation:
        cpu = max(0.0, (self.cpu if self._process is None else now.cpu) - start.cpu)
        return observe(reply, cpu=cpu, elapsed=deadline.used(now), refused=self._refused())

    def _refused(self) -> Refused:
        """What the last call was refused, and whether the child's own report counts."""
        if self._listener is None:
            return _UNHEARD
        found = self._listener.take(self._number)
        return Refused(found if self._source.audited else (), self._source.trusted and not self._source.acts)

    def _death(self) -> Observation:
        """The observation of a child that closed its channel."""
        assert self._process is not None
        left_running = self._process.pidfd is not None and not self._process.ended(_GRACE)
        reaped = self._reap()
        if reaped is None:
            return died(DeathReason.MEMORY, "killed together with the fork server")
        if left_running:
            return died(DeathReason.PROTOCOL, "closed its channel and kept running")
        return cause(reaped.status, self._limits.output)

    def _reap(self) -> Reaped | None:
        process, self._process = self._process, None
        assert process is not None
        try:
            process.kill()
            reaped = self._server.reap(process)
        except ServerLost:
            self.lost = True
            process.ended(_GRACE)  # the kernel kills it along with the server
            return None
        finally:
            self._release(process)
        self.cpu = reaped.cpu
        self.peak_memory = self._meter.above(reaped.memory * 1024)
        return reaped

    def _release(self, process: Process) -> None:
        self._meter.close()
        if process.pidfd is not None:
            os.close(process.pidfd)
        self._discard()

    def _discard(self) -> None:
        self._channel.close()
        if self._scratch is not None:
            self._scratch.remove()
