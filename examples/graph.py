"""A function on objects that refer to each other, for ``athena-dreams inputs``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Node:
    value: int
    next: Node | None = None


def has_cycle(head: Node | None) -> bool:
    seen = set()
    while head is not None and id(head) not in seen:
        seen.add(id(head))
        head = head.next
    return head is not None
