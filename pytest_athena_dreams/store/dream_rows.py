"""Dreams from their rows, and what of a dream a verdict rests on."""

from __future__ import annotations

from typing import Any

from ..models import DEFAULT_CONTRACTS, Contract, Dream, Procedure

_CONTRACTS = tuple(contract.value for contract in Contract)
_CONTRACT_BY_TYPE = {kind.value: contract for kind, contract in DEFAULT_CONTRACTS.items()}


def as_tested(dream: Dream) -> tuple[object, ...]:
    """What a verdict on a dream rests on."""
    base = dream.procedure
    return (
        dream.code,
        dream.entry_point,
        dream.contract,
        dream.dream_type,
        (base.code, base.entry_point) if base else None,
    )


def dream_of(row: dict[str, Any], procedure: Procedure | None) -> Dream:
    """The dream of a row whose columns are named as the fields of ``Dream``, with its ``problem``, if any."""
    word = row.pop("contract")
    if word is not None and word not in _CONTRACTS:
        problem = (
            f"dream {row['id']}: its contract {word!r} is none of {', '.join(_CONTRACTS)}; "
            "set the column contract of its row in dream_procedures to one of these, or to NULL"
        )
        return Dream(**row, procedure=procedure, contract=None, problem=problem)
    if word is not None:
        contract: Contract | None = Contract(word)
    elif procedure is None:
        contract = Contract.FREE
    else:
        contract = _CONTRACT_BY_TYPE.get(row["dream_type"])
    return Dream(**row, procedure=procedure, contract=contract)
