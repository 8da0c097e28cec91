"""How a new child starts: the order to the fork server, and the listener of its filter."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from .load import Source
from .modules import names_files
from .policy import Policy
from .scratch import Scratch
from .stage import Stage

if TYPE_CHECKING:
    from .listener import Listener


def order_of(
    source: Source, policy: Policy, nonce: str, seed: int, scratch: Scratch | None
) -> dict[str, Any]:
    """The order to start a child for ``source``."""
    limits = policy.limits
    return {
        "nonce": nonce,
        "seed": seed,
        "memory": int(limits.memory * source.share),
        "output": int(limits.output * source.share),
        "reply": limits.reply,
        "scratch": scratch.path if scratch else None,
        "scratch_size": policy.scratch,
        "acts": policy.acts and source.acts,
        "heard": source.audited,
        "looks": names_files(source.code),
    }


def listening(
    descriptor: int, pid: int, readable: Collection[str], scratch: Scratch | None, stage: Stage | None
) -> Listener:
    """What answers the filter of a child, whose folders are ``scratch`` and ``stage``."""
    from .listener import Allowed, Listener  # it needs modules that only POSIX systems have

    allowed = Allowed(readable, scratch.path if scratch else None)
    return Listener(descriptor, pid, allowed, stage.acting() if stage is not None else None)
