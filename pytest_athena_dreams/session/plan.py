"""The plan of one run: which dreams, with which settings. Made once by the controller, then frozen.

It crosses to the xdist workers as JSON text, so a worker needs neither the store nor the machine that
holds it, and its replacement after a crash collects the same items.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ..config import Settings
from ..models import Dream
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

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str) -> Plan:
        return msgspec.json.decode(text, type=cls)

    def node_id(self, dream: Dream) -> str:
        """``<store>::<procedure>::<dream type>-<id>``."""
        return f"{self.store_id}::{domain(dream)}"
