"""The plan of one run: which dreams, with which settings. Made once by the controller, then frozen.

It crosses to the xdist workers as compressed JSON, each procedure once, so a worker needs neither the store
nor the machine that holds it, and its replacement after a crash collects the same items.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, replace

import msgspec

from ..config import Settings
from ..models import Dream, Procedure
from ..repeating import domain


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``path`` is where the store is; ``store_id`` its node id: the path as pytest shows paths.

    ``arguments`` are those command-line arguments that name dreams, not files, as they were given;
    ``strategies`` the lines of the ini key.
    """

    path: str
    store_id: str
    dreams: tuple[Dream, ...]
    settings: Settings
    arguments: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()

    def packed(self) -> str:
        """The plan as text that any wire takes."""
        procedures = {dream.procedure: None for dream in self.dreams if dream.procedure}
        places = {procedure: place for place, procedure in enumerate(procedures)}
        wire = _Wire(
            plan=replace(self, dreams=tuple(replace(dream, procedure=None) for dream in self.dreams)),
            procedures=tuple(procedures),
            places=tuple(places[dream.procedure] if dream.procedure else None for dream in self.dreams),
        )
        return base64.b85encode(zlib.compress(msgspec.json.encode(wire))).decode()

    @classmethod
    def unpacked(cls, text: str) -> Plan:
        """The plan that :meth:`packed` made ``text`` of; dreams of one procedure share it."""
        wire = msgspec.json.decode(zlib.decompress(base64.b85decode(text)), type=_Wire)
        dreams = (
            dream if place is None else replace(dream, procedure=wire.procedures[place])
            for dream, place in zip(wire.plan.dreams, wire.places, strict=True)
        )
        return replace(wire.plan, dreams=tuple(dreams))

    def node_id(self, dream: Dream) -> str:
        """``<store>::<procedure>::<dream type>-<id>``."""
        return f"{self.store_id}::{domain(dream)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wire:
    """A plan whose dreams name their procedures by ``places`` in a list."""

    plan: Plan
    procedures: tuple[Procedure, ...]
    places: tuple[int | None, ...]
