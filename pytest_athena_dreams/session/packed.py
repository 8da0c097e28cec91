"""Dreams and what is said of them, packed: some hundred bytes each, whole only while somebody looks at it.

A dream is packed against its procedure, which it mostly repeats.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar, overload

import msgspec

from ..models import Dream, DreamType, Procedure

PROCEDURES = 8
"""Procedures that are kept unpacked: dreams of one come one after another in each worker."""

T = TypeVar("T")


def pack(value: Any, base: Procedure | None) -> bytes:
    """``value``, some models that tell of a dream of ``base``, in little room."""
    packer = zlib.compressobj(zdict=_likely(base))
    return packer.compress(msgspec.json.encode(value)) + packer.flush()


def unpack(packed: bytes, kind: type[T], base: Procedure | None) -> T:
    """The ``value`` that :func:`pack` was given, which is of ``kind``, with the same ``base``."""
    unpacker = zlib.decompressobj(zdict=_likely(base))
    return msgspec.json.decode(unpacker.decompress(packed) + unpacker.flush(), type=kind)


@dataclass(frozen=True, slots=True, eq=False)
class PackedDreams(Sequence[Dream]):
    """``places`` names the procedure of each dream by its index, -1 for none."""

    procedures: tuple[bytes, ...]
    places: tuple[int, ...]
    dreams: tuple[bytes, ...]

    @classmethod
    def of(cls, dreams: Iterable[Dream]) -> PackedDreams:
        """Pack ``dreams``, which may be unpacked one after another as they are read."""
        known: dict[Procedure, int] = {}
        procedures: list[bytes] = []
        places: list[int] = []
        packed: list[bytes] = []
        for dream in dreams:
            base, place = dream.procedure, -1
            if base is not None:
                place = known.setdefault(base, len(known))
                if place == len(procedures):
                    procedures.append(zlib.compress(msgspec.json.encode(base)))
            packed.append(pack(replace(dream, procedure=None), base))
            places.append(place)
        return cls(procedures=tuple(procedures), places=tuple(places), dreams=tuple(packed))

    def __len__(self) -> int:
        return len(self.dreams)

    @overload
    def __getitem__(self, index: int) -> Dream: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Dream]: ...
    def __getitem__(self, index: int | slice) -> Dream | Sequence[Dream]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = self.places[index]
        base = _procedure(self.procedures[place]) if place >= 0 else None
        return replace(unpack(self.dreams[index], Dream, base), procedure=base)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Dream.__eq__, self, other))


@lru_cache(maxsize=PROCEDURES)
def _procedure(packed: bytes) -> Procedure:
    return msgspec.json.decode(zlib.decompress(packed), type=Procedure)


@lru_cache(maxsize=PROCEDURES)
def _likely(base: Procedure | None) -> bytes:
    """What the JSON of a dream of ``base`` mostly consists of: zlib's preset dictionary."""
    code, name = (base.code, base.name) if base else ("", "")
    guess = Dream(
        id=0, code=code, dream_type=DreamType.CONSTRAINT_RELAXATION, procedure_name=name, label=name, tier=1
    )
    return msgspec.json.encode(guess)
