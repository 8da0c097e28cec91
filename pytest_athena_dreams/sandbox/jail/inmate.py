"""One child of the fork server: it locks itself in, loads a dream and answers calls.

Invariants: nothing of the dream runs before the last restriction holds and ``ready`` is sent; every call gets
newly built arguments; everything sent is plain data by ``grammar``; the process leaves with ``os._exit`` or
is killed, so no exit hook of a dream runs.
"""

from __future__ import annotations

import marshal
import os
import random
import resource
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from . import frames, kernel, landlock, program
from .building import loader
from .calling import Calls
from .compiled import Compiled
from .encoding import encoded
from .following import Paths
from .printing import Printed
from .raising import RAISED_MESSAGE, describe_exception
from .refusals import Refusals
from .seccomp import Filter
from .tracing import Watch, executable
from .window import WINDOW

CHANNEL = 3
OUTPUT_FILES = 4, 5
"""A child's descriptors beside its standard streams: its channel, and the files behind the streams."""
DESCRIPTORS = 128
"""RLIMIT_NOFILE of a child."""

_REQUEST = b"{"
"""The first byte of a request to load; a pickle never starts with it."""

_OUT_OF_MEMORY = encoded(
    {"kind": "raised", "raised": describe_exception(MemoryError(), "call", ""), "changed": None}
)

# Bound here, so that nothing the dream does to these modules changes the loop below.
_seed, _sleep, _exit = random.seed, time.sleep, os._exit


def run(
    order: Mapping[str, Any], restrictions: Mapping[str, Any], channel: int, files: Sequence[int], null: int
) -> NoReturn:
    """Run as the child that ``order`` describes; never returns to the fork server's code."""
    try:
        _settle(channel, files, null)
        heard = _restrict(order, restrictions)
    except BaseException as exc:
        _send(order, 0, {"kind": "failed", "detail": f"{type(exc).__name__}: {exc}"})
        _exit(1)
    try:
        _send(order, 0, {"kind": "ready"})
        _serve(order, notes=restrictions["isolate"] and not heard)
    finally:
        _exit(1)


def _settle(channel: int, files: Sequence[int], null: int) -> None:
    """Move the descriptors, which arrive numbered 100 and up, to their places."""
    streams = (*zip(files, (1, 2), strict=False), *zip(files, (*OUTPUT_FILES, WINDOW), strict=False))
    for source, target in ((null, 0), (channel, CHANNEL), *streams):
        os.dup2(source, target, inheritable=False)
    os.setsid()


def _restrict(order: Mapping[str, Any], restrictions: Mapping[str, Any]) -> bool:
    """Take all restrictions. Return whether the parent answers calls with effects."""
    without, scratch = restrictions["without"], order["scratch"]
    if "rlimits" not in without:
        if sys.platform != "darwin":  # macOS lacks this limit
            kernel.limit(resource.RLIMIT_AS, order["memory"])
        kernel.limit(resource.RLIMIT_FSIZE, max(order["output"], order["scratch_size"]))
        kernel.limit(resource.RLIMIT_NOFILE, DESCRIPTORS)
    if scratch:
        os.chdir(scratch)
        os.environ.update(HOME=scratch, TMPDIR=scratch)
    if sys.platform == "linux":
        kernel.die_with_parent()
        if os.getppid() != order["server"]:
            raise ProcessLookupError("the fork server ended while this child started")
    if abi := restrictions["landlock"]:
        if scratch:
            rules = landlock.rules(restrictions["readable"], scratch)
            landlock.take(landlock.ruleset(abi, rules, scope="scope" not in without))
        else:
            landlock.take(restrictions["scope"])
    heard = False
    if restrictions["seccomp"]:
        heard = order["heard"] and _ask(order, restrictions["asking"][order["looks"]], restrictions["last"])
        if not heard:
            restrictions["seccomp"].install()
    if "descriptors" not in without:
        os.closerange((WINDOW if order["acts"] else max(OUTPUT_FILES)) + 1, 65_536)
    return heard


def _ask(order: Mapping[str, Any], asking: Filter, last: Filter) -> bool:
    """Have the parent answer calls with effects, and pass it the listener. Return whether that works here."""
    listener = asking.listener()
    if listener is None:
        return False
    frame = frames.framed(_headed(order, 0, encoded({"kind": "listening"})))
    with socket.socket(fileno=os.dup(CHANNEL)) as channel:
        socket.send_fds(channel, [frame], [listener])
    os.close(listener)
    last.install()
    return True


def _send(order: Mapping[str, Any], number: int, message: dict[str, Any]) -> None:
    _send_encoded(order, number, encoded(message))


def _headed(order: Mapping[str, Any], number: int, message: str) -> bytes:
    """An object that is JSON already, with the nonce and the number added at its start."""
    return f'{{"nonce":"{order["nonce"]}","id":{number},{message[1:]}'.encode()


def _send_encoded(order: Mapping[str, Any], number: int, message: str) -> None:
    """Send an object that is JSON already, with the nonce and the number added at its start."""
    text = _headed(order, number, message)
    if len(text) > order["reply"]:
        raise ValueError(f"an answer of {len(text)} bytes; at most {order['reply']} are allowed")
    frames.write(CHANNEL, text)


def _serve(order: Mapping[str, Any], *, notes: bool) -> NoReturn:
    """Load and answer. With ``notes``, this process notes what it is refused, for nobody else does."""
    inbox = frames.Inbox(CHANNEL)
    number = 0
    loaded: program.Program | None = None
    preloaded = len(sys.modules)
    printed = Printed(OUTPUT_FILES, order["output"], kernel.flush)
    shims = None
    if order["acts"]:
        from .shims import Shims  # only a fork server for such code has it

        shims = Shims(order["scratch"], order["seed"])
        shims.install()
    try:
        while True:
            body = inbox.frame()
            if loaded is None or body.startswith(_REQUEST):
                number, request = 0, marshal.loads(body)
                _seed(order["seed"])
                watched, anew = request.pop("watched"), request.pop("anew")
                followed = request.pop("followed")
                audited, trusted = request.pop("audited"), request.pop("trusted")
                prints, notes_patterns = request.pop("prints"), request.pop("notes_patterns")
                if anew or loaded is None:
                    compiled = Compiled(program.FILENAME) if notes_patterns else None
                    try:
                        loaded = program.load(**request)
                    except program.Failure as failure:
                        _send(order, 0, {"kind": "raised", "raised": failure.raised, "changed": None})
                        _wait()
                    draws = "random" in request["code"]
                    calls = Calls(loaded)
                    calls.refusals = (
                        Refusals() if audited and (notes or (trusted and shims is None)) else None
                    )
                    calls.printed = printed if prints else None
                    calls.compiled = compiled
                    if compiled is not None:
                        loaded.described["patterns"] = compiled.new(vars(sys.modules["dream"]))
                described, calls.watch = loaded.described, None
                calls.paths = Paths(program.FILENAME) if followed else None
                if watched:
                    described = {"name": described["name"], "lines": sorted(set(executable(loaded.code)))}
                    calls.watch = Watch(program.FILENAME)
                if prints:
                    printed.drop()
                _send(order, 0, {"kind": "loaded", "loaded": described})
                continue
            number += 1
            if draws or len(sys.modules) > preloaded + 1:  # more than the dream itself: one may draw for it
                _seed(order["seed"])
            if shims is not None:
                shims.begin()
            try:
                answer = calls.answer(loader(body))
                if shims is not None:
                    shims.finish()
                _send_encoded(order, number, answer)
            except MemoryError:
                if calls.printed is not None:
                    printed.drop()
                _send_encoded(order, number, _OUT_OF_MEMORY)
    except Exception as exc:
        _send(order, number, {"kind": "broken", "detail": f"{type(exc).__name__}: {exc}"[:RAISED_MESSAGE]})
        raise


def _wait() -> NoReturn:
    while True:
        _sleep(3600)
