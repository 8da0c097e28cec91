"""A repair that removes markdown fences from around the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .task import Proposal, Task

_FENCE_LINE = re.compile(r"^[ \t]*(```|~~~)[\w+-]*[ \t]*$", re.MULTILINE)


def fences(task: Task) -> Iterator[Proposal]:
    """Remove the fences."""
    if _FENCE_LINE.search(task.code):
        why = "the markdown fences around the code are removed"
        yield Proposal(kind="fence", why=why, code=_stripped(task.code))


def _stripped(code: str) -> str:
    """The longest block between fences; an unclosed fence's block ends with the text."""
    marks = list(_FENCE_LINE.finditer(code))
    ends = [mark.start() for mark in marks[1:]] + [len(code)]
    blocks = [code[mark.end() : end].strip("\n") + "\n" for mark, end in zip(marks, ends, strict=True)]
    if len(marks) == 1 and not blocks[0].strip():
        return code[: marks[0].start()]  # only the closing fence is left
    return max(blocks[::2], key=len)
