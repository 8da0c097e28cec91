"""Text of a model in parts: prose, and blocks of code, fenced or not.

Invariants: pure; each line is read once, so the work is linear in the text; line ends are ``\\n``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"(?:[-*+>]|\d{1,3}[.)])?[ \t]*(?P<mark>`{3,40}|~{3,40})[ \t]*(?P<info>[^`]{0,80})\Z")
"""A line that opens or closes a fence; behind a bullet, too."""
_BEGINS = re.compile(
    r"(?:async[ \t]+def|def|class|@[A-Za-z_]|from[ \t]+[\w.]+[ \t]+import|import[ \t]+\w|[A-Z_]{2,40} = )"
)
"""How code without a fence begins."""
_GOES_ON = re.compile(
    r"(?:async|def|class|@|from|import|if|elif|else|for|while|with|try|except|finally|return|raise|#|\"\"\"|'''|[)\]}])"
    r"|[A-Za-z_][\w.]{0,80}[ \t]*(?::[^:]{0,80})?=[^=]"
)
"""How a line at the margin begins that still belongs to the code above it."""
PYTHON = ("", "python", "py", "python3", "py3", "pycon", "ipython", "text", "txt", "code")
"""Languages of a fence that may hold Python."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text. ``code`` says that it is a block; ``language`` is what its fence says, in lower case.

    A ``fenced`` block without its closing fence is not ``closed``: the text ended first.
    """

    text: str
    code: bool
    fenced: bool = False
    language: str = ""
    closed: bool = True


def split(text: str) -> list[Part]:
    """The parts of ``text``, in order. Code that is not fenced is found in the prose between the fences."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    parts: list[Part] = []
    prose: list[str] = []
    place = 0
    while place < len(lines):
        fence = _fence(lines[place])
        if fence is None:
            prose.append(lines[place])
            place += 1
            continue
        parts += _unfenced(prose)
        prose = []
        mark, info = fence
        block: list[str] = []
        closed = False
        place += 1
        while place < len(lines) and not closed:
            closing = _fence(lines[place])
            if closing is not None and closing[0].startswith(mark[0] * len(mark)) and not closing[1]:
                closed = True
            else:
                block.append(lines[place])
            place += 1
        language = (info.split() or [""])[0].strip("{}.").lower()
        parts.append(Part(_without_margin(block), True, True, language, closed))
    parts += _unfenced(prose)
    return parts


def _fence(line: str) -> tuple[str, str] | None:
    """The marks of a fence, and what it says behind them."""
    stripped = line.strip()
    if "```" not in stripped and "~~~" not in stripped:
        return None
    found = _FENCE.match(stripped)
    if found is None:
        return None
    return found["mark"], found["info"].strip()


def _without_margin(lines: list[str]) -> str:
    """The lines without the indentation that all of them have, as in a list."""
    common = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[common:] if line.strip() else "" for line in lines)


def _unfenced(lines: list[str]) -> list[Part]:
    """The prose in ``lines``, and the code in it: from a line that code begins with to the next prose."""
    parts: list[Part] = []
    prose: list[str] = []
    block: list[str] = []
    for line in lines:
        margin = not line[:1].isspace()
        if block:
            if not line.strip() or not margin or _GOES_ON.match(line):
                block.append(line)
                continue
            parts.append(_block(block))
            block = []
        if margin and _BEGINS.match(line) and _is_statement(line):
            if prose:
                parts.append(Part("\n".join(prose), False))
                prose = []
            block = [line]
        else:
            prose.append(line)
    if block:
        parts.append(_block(block))
    if any(line.strip() for line in prose):
        parts.append(Part("\n".join(prose), False))
    return parts


def _block(lines: list[str]) -> Part:
    return Part("\n".join(lines).rstrip(), True)


def _is_statement(line: str) -> bool:
    """Whether a line that begins like code is code: "class of problems" and "from there on" are prose."""
    code = line.split("#")[0].rstrip()
    if line.startswith(("import ", "from ")):
        return code.count(" ") <= 3 or "," in code or " as " in code or code.endswith("(")
    return (
        line.startswith("@")
        or " = " in code
        or code.endswith((":", "(", ","))
        or "):" in code
        or "->" in code
    )
