"""The functions in a model's answer, with their reasons: by the schema, or out of whatever it wrote.

Invariants: pure; an answer is data, and nothing in it is run or obeyed; what is not certain to be
a function is left out. Lengths are bounded: ``MOST_FUNCTIONS`` functions, and for each its code and reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .blocks import PYTHON, Part, split
from .jsontext import completed, values

MOST_FUNCTIONS = 40
"""Functions of one answer that are read: more than a prompt ever asks for."""
LONGEST_CODE = 20_000
"""Maximum length of a function that is read as a variant, in characters."""
LONGEST_REASON = 2_000
"""Maximum characters of a reason; the rest is cut off."""
_CODE = ("code", "source", "function", "python", "implementation", "dream", "variant", "body", "content")
_REASON = (
    "reasoning",
    "reason",
    "why",
    "explanation",
    "rationale",
    "description",
    "comment",
    "summary",
    "idea",
)
_DEFINES = re.compile(r"^[ \t]*(?:async[ \t]+def|def|class)[ \t]", re.MULTILINE)
_MARKS = re.compile(r"\A(?:[#>*_=+-]|\d{1,3}[.)])+[ \t]*|[*_`]+")
_PROMPT_LINE = re.compile(r"^(?:>>> ?|\.\.\. ?)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One function that a model wrote, and why."""

    code: str
    reasoning: str = ""


def functions(answer: str, *, cut: bool = False) -> tuple[Written, ...]:
    """The functions in ``answer``, in order, each once; none if there is nothing to be read.

    First the whole answer as JSON, then JSON in it, then blocks of code with the prose before them. Of an
    answer that was ``cut`` off at its end, the function there is left out: nobody knows how it would go on.
    """
    found = list(_of_json(answer)) or list(_of_text(answer, cut))
    unique = {one.code: one for one in reversed(found)}
    return tuple(sorted(unique.values(), key=found.index))[:MOST_FUNCTIONS]


def _of_json(answer: str) -> Iterator[Written]:
    stripped = answer.strip()
    try:
        yield from _of_value(json.loads(stripped, strict=False))
        return
    except (ValueError, RecursionError):
        pass
    blocks = [part.text for part in split(answer) if part.fenced and part.text.lstrip()[:1] in ("{", "[")]
    text = "\n".join(blocks) if blocks and stripped[:1] not in ("{", "[") else stripped
    found = [one for value in values(text) for one in _of_value(value)]
    yield from found
    if not found and text.lstrip()[:1] in ("{", "["):
        yield from _of_value(completed(text))


def _of_value(value: Any, depth: int = 0) -> Iterator[Written]:
    """The functions in a value of JSON: an object with code, a list of them, or an object of lists."""
    if depth > 4:
        return
    if isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                yield from _written(item, "")
            else:
                yield from _of_value(item, depth + 1)
    elif isinstance(value, dict):
        named = {str(name).lower(): item for name, item in value.items()}
        code = next((named[name] for name in _CODE if isinstance(named.get(name), str)), None)
        if code is not None and _DEFINES.search(code):
            reason = next((named[name] for name in _REASON if isinstance(named.get(name), str)), "")
            yield from _written(code, reason)
            return
        for name, item in named.items():
            if isinstance(item, list | dict) or (isinstance(item, str) and name not in _REASON):
                yield from _of_value([item] if isinstance(item, str) else item, depth + 1)


def _of_text(answer: str, cut: bool) -> Iterator[Written]:
    """The functions in blocks of code, each with the prose before it as its reason."""
    reason = ""
    parts = split(answer)
    if answer.lstrip()[:1] in ("{", "["):  # broken JSON: only whole blocks in it are sure to be code
        parts = [part for part in parts if part.fenced]
    for place, part in enumerate(parts):
        if not part.code:
            reason = part.text
        elif part.language in PYTHON:
            ends = not part.closed or (cut and not part.fenced and place == len(parts) - 1)
            yield from _written(_whole(part) if ends else part.text, _plain(reason))
            reason = ""


def _written(code: str, reason: str) -> Iterator[Written]:
    """The function, if it is one: fences and prompts of a console around it go."""
    text = code.replace("\r\n", "\n").replace("\r", "\n")
    inner = [part for part in split(text) if part.code] if "```" in text or "~~~" in text else []
    if inner:
        text = max((part.text for part in inner), key=len)
    if text.lstrip().startswith(">>> "):
        text = _PROMPT_LINE.sub("", text)
    text = text.strip("\n").rstrip()
    if _DEFINES.search(text) and len(text) <= LONGEST_CODE:
        yield Written(code=text + "\n", reasoning=reason.strip()[:LONGEST_REASON])


def _whole(part: Part) -> str:
    """A block that was cut off, without its last function: nobody knows how that would end.

    Nothing is left of a block with one function alone.
    """
    lines = part.text.split("\n")
    starts = [place for place, line in enumerate(lines) if re.match(r"(?:async |def |class |@)", line)]
    starts = [place for place in starts if place == 0 or not lines[place - 1].startswith("@")]
    return "\n".join(lines[: starts[-1]]) if len(starts) > 1 else ""


def _plain(prose: str) -> str:
    """The last paragraphs of prose, without the marks of headings and lists."""
    lines = [_MARKS.sub("", line.strip()).rstrip(" :") for line in prose[-LONGEST_REASON:].split("\n")]
    return " ".join(line for line in lines if line)
