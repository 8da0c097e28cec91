"""Lets a procedure of another project that gives the same results do the work."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..merging import forwarded, partners
from ..target import Target, Variant
from ..tasks import Role


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each such procedure."""
    for merger in partners(target, Role.SAME):
        call = cst.parse_statement(f"return {merger.name}({forwarded(target.function.params)})")
        body = cst.IndentedBlock([call])
        yield merger.merged(
            {target.function: target.function.with_changes(body=body)},
            f"line {target.node.lineno}: `{merger.other.name}` of {merger.partner.subject.project} does it"
            f" instead: {merger.partner.how}",
        )
