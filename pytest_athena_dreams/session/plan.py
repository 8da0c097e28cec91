"""The plan of one run: its dreams and settings. The controller makes it once; then it is frozen.

xdist workers get it as packed bytes. So a worker does not need the store and may run on another machine, and
its replacement after a crash collects the same items.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import msgspec

from ..config import Settings
from ..models import Dream
from ..naming import domain
from ..worlds import World
from .packed import PackedDreams


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``path`` is the path of the store; ``store_id`` its node id, the path as pytest shows paths.

    ``arguments`` are the command-line arguments that name dreams, not files, unchanged; ``alone``: without
    arguments, only dreams run; ``strategies`` are the lines of the ini key, and
    ``worlds`` the user's own by procedure.
    """

    path: str
    store_id: str
    dreams: Sequence[Dream]
    settings: Settings
    arguments: tuple[str, ...] = ()
    alone: bool = False
    strategies: tuple[str, ...] = ()
    worlds: dict[str, World] = field(default_factory=dict)

    def packed(self) -> bytes:
        """The plan as bytes for a worker."""
        dreams = self.dreams if isinstance(self.dreams, PackedDreams) else PackedDreams.of(self.dreams)
        return msgspec.msgpack.encode(_Wire(plan=replace(self, dreams=()), dreams=dreams))

    @classmethod
    def unpacked(cls, packed: bytes) -> Plan:
        """The plan that :meth:`packed` was called on."""
        wire = msgspec.msgpack.decode(packed, type=_Wire)
        return replace(wire.plan, dreams=wire.dreams)

    def node_id(self, dream: Dream) -> str:
        """``<store>::<procedure>::<dream type>-<id>``."""
        return f"{self.store_id}::{domain(dream)}"

    def family(self, node_id: str) -> str | None:
        """The procedure in a dream's node id; ``None`` for the node id of anything else."""
        store, _, rest = node_id.partition("::")
        return sys.intern(rest.partition("::")[0]) if store == self.store_id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wire:
    plan: Plan
    dreams: PackedDreams
