"""The fork server: warm, single-threaded, and restricted before it serves.

It reads and writes lines of JSON on descriptor 0, a socket. Orders are ``spawn``, with a child's channel and
output files, and ``reap``. It ends when the parent does.

Invariants: no code of a dream runs in this process; a child's descriptors are closed here as soon as the
child is forked; children are reaped on order only, so a process id stays valid until the parent has finished
with it.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import platform
import select
import signal
import socket
import sys
from typing import Any, NoReturn

from . import frames, inmate, kernel, landlock, seccomp
from .syscalls import known, numbers

_FIRST = 100
"""The lowest descriptor used here: a child needs the low ones for its own."""


def main() -> NoReturn:
    os.closerange(3, 65_536)  # a wrapper may leave some open
    control = socket.socket(fileno=_lift(0))
    orders = Orders(control)
    config = orders.receive()
    orders.follow()
    for name in os.environ.keys() - config["variables"]:  # left there by a wrapper
        del os.environ[name]
    sys.argv[:] = [""]
    sys.dont_write_bytecode = True  # an import would try to, and be refused
    sys.path[:] = [path for path in sys.path if path] + config["paths"]
    os.chdir(config["directory"])
    for name in config["modules"]:
        importlib.import_module(name)
    if config["acts"]:
        importlib.import_module(f"{__package__}.shims")
    null = _lift(os.open(os.devnull, os.O_RDWR))
    for number in (signal.SIGXFSZ, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)  # Python or its starter may have set it to be ignored
    kernel.forbid_core_dumps()
    restrictions = _restrict(config)
    gc.collect()
    gc.freeze()  # children then share these pages
    held = {"landlock": restrictions["landlock"], "seccomp": restrictions["seccomp"] is not None}
    orders.send({"kind": "hello", **held})
    while True:
        order = orders.receive()
        if order["kind"] == "spawn":
            orders.children.add(_spawn(order, restrictions, orders, null))
            for pid in order["killed"]:
                orders.children.remove(pid)
                os.waitpid(pid, 0)
        else:
            orders.children.remove(order["pid"])
            _, status, usage = os.wait4(order["pid"], 0)
            orders.send(
                {
                    "kind": "reaped",
                    "status": status,
                    "cpu": usage.ru_utime + usage.ru_stime,
                    "memory": usage.ru_maxrss,
                }
            )


class Orders:
    """The conversation with the parent; descriptors that come with an order are in ``passed``."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.passed: list[int] = []
        self.children: set[int] = set()
        self.poll = select.poll()
        self.poll.register(control, select.POLLIN)

    def receive(self) -> Any:
        if self.control.fileno() not in [descriptor for descriptor, _ in self.poll.poll()]:
            self.leave()
        text, passed = frames.receive(self.control)
        if not text:
            self.leave()
        self.passed = [_lift(descriptor) for descriptor in passed]
        return json.loads(text)

    def follow(self) -> None:
        """Watch the parent by its pidfd, which came with the last order: its socket may be open elsewhere."""
        for pidfd in self.passed:
            self.poll.register(pidfd, select.POLLIN)

    def leave(self) -> NoReturn:
        """Kill all children and end."""
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)

    def send(self, message: dict[str, Any], descriptors: tuple[int, ...] = ()) -> None:
        socket.send_fds(self.control, [json.dumps(message).encode(), b"\n"], descriptors)


def _lift(descriptor: int) -> int:
    """Move a descriptor above ``_FIRST``."""
    lifted = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST)
    os.close(descriptor)
    return lifted


def _restrict(config: dict[str, Any]) -> dict[str, Any]:
    """Take the restrictions that all children share; return these and what each child still has to take."""
    machine, without, scratch = platform.machine(), config["without"], config["scratch"]
    acts = config["acts"]
    held = {**config, "landlock": 0, "seccomp": None, "asking": {}, "scope": None}
    if not config["isolate"] or sys.platform != "linux":
        return held
    if known(machine) and "capabilities" not in without:
        kernel.drop_capabilities(numbers(machine)["capset"])
    kernel.forbid_new_privileges()
    abi = 0 if "landlock" in without else min(landlock.version(), config["abi"])
    if abi:
        landlock.take(landlock.ruleset(abi, landlock.rules(config["readable"], scratch), tcp=True))
        held["landlock"] = abi
        scope = landlock.ruleset(abi, scope="scope" not in without)
        held["scope"] = None if scope is None else _lift(scope)
    if known(machine) and "seccomp" not in without:
        seccomp.Filter(machine, seccomp.server_filter(machine, read_only=not abi, acts=acts)).install()
        plain = seccomp.child_filter(machine, scratch=bool(scratch), acts=acts)
        held["seccomp"] = seccomp.Filter(machine, plain)
        for looks in (False, True):
            asking = seccomp.child_filter(machine, scratch=bool(scratch), acts=acts, ask=True, looks=looks)
            held["asking"][looks] = seccomp.Filter(machine, asking)
        held["last"] = seccomp.Filter(machine, seccomp.last_filter(machine))
    return held


def _spawn(order: dict[str, Any], restrictions: dict[str, Any], orders: Orders, null: int) -> int:
    channel, out, err, *window = orders.passed
    order["server"] = os.getpid()
    pid = os.fork()
    if pid == 0:
        inmate.run(order, restrictions, channel, (out, err, *window), null)
    for passed in orders.passed:
        os.close(passed)
    if hasattr(os, "pidfd_open"):
        pidfd = os.pidfd_open(pid)
        orders.send({"kind": "spawned", "pid": pid}, (pidfd,))
        os.close(pidfd)
    else:
        orders.send({"kind": "spawned", "pid": pid})
    return pid
