"""Packs dreams and their verdicts into a few hundred bytes each; they are unpacked only while they are used.

A dream is compressed with its procedure as the dictionary, because most of its code is the procedure's.
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
"""Procedures to cache unpacked: each worker runs the dreams of one procedure one after another."""

T = TypeVar("T")


def pack(value: Any, base: Procedure | None) -> bytes:
    """Compress ``value``, models about a dream of ``base``."""
    packer = zlib.compressobj(zdict=_likely(base))
    return packer.compress(msgspec.json.encode(value)) + packer.flush()


def unpack(packed: bytes, kind: type[T], base: Procedure | None) -> T:
    """The value of type ``kind`` that :func:`pack` compressed with the same ``base``."""
    unpacker = zlib.decompressobj(zdict=_likely(base))
    return msgspec.json.decode(unpacker.decompress(packed) + unpacker.flush(), type=kind)


@dataclass(frozen=True, slots=True, eq=False)
class PackedDreams(Sequence[Dream]):
    """``places`` holds the index of each dream's procedure, -1 for none."""

    procedures: tuple[bytes, ...]
    places: tuple[int, ...]
    dreams: tuple[bytes, ...]

    @classmethod
    def of(cls, dreams: Iterable[Dream]) -> PackedDreams:
        """Pack ``dreams``; only one of them is in memory unpacked at a time."""
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
    """zlib's preset dictionary for a dream of ``base``: JSON that its own mostly repeats."""
    code, name = (base.code, base.name) if base else ("", "")
    guess = Dream(
        id=0, code=code, dream_type=DreamType.CONSTRAINT_RELAXATION, procedure_name=name, label=name, tier=1
    )
    return msgspec.json.encode(guess)
