"""A variant to test: its code, the procedure that it is compared with, and what it owes it."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import SettingError
from ..models import Contract, Dream, DreamType, Procedure

PROCEDURE_NAME = "like"
"""What a procedure without a name of its own is called; the inputs depend on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One variant. ``like`` is the code of its procedure; without it, the variant is tested on its own.

    ``entry_point`` names the function in the variant's code and ``like_entry_point`` the one in the
    procedure's, which is the same by default. ``contract`` is ``equivalent`` by default, and always ``free``
    without a procedure. ``name`` is the procedure's: inputs depend on it, on the procedure's code, and on the
    seed.
    """

    code: str
    like: str | None = None
    entry_point: str | None = None
    like_entry_point: str | None = None
    contract: Contract | None = None
    name: str = PROCEDURE_NAME

    def dream(self, number: int) -> Dream:
        """The variant as the engine takes it, under the id ``number``."""
        procedure = None
        if self.like is not None:
            entry = self.like_entry_point or self.entry_point
            procedure = Procedure(id=0, name=self.name, code=self.like, entry_point=entry)
        contract = self.contract or Contract.EQUIVALENT
        return Dream(
            id=number,
            code=self.code,
            dream_type=DreamType.CONSTRAINT_RELAXATION,
            procedure=procedure,
            entry_point=self.entry_point,
            contract=Contract.FREE if procedure is None else contract,
        )


def expect_texts(variant: Variant) -> None:
    """Raise ``SettingError`` where a field of ``variant`` is neither a text nor left out."""
    for name in ("code", "like", "entry_point", "like_entry_point", "name"):
        value = getattr(variant, name)
        if not isinstance(value, str) and (value is not None or name in ("code", "name")):
            raise SettingError(f"invalid value {value!r:.80} for the {name} of a variant: expected text")
