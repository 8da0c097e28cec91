"""Reads text that is not valid in its encoding: bytes that can't be decoded are replaced."""

from __future__ import annotations

from collections.abc import Iterator

from ..statements import calls, keyword, positional, with_keyword
from ..target import Target, Variant

_OPENING = {"open": 1, "io.open": 1}
"""Functions that open files, with the place of the mode."""
_READING_METHODS = {"read_text", "open", "decode"}


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each file that is read as text, and each decoding."""
    for name, call in calls(target.function):
        method = name.rpartition(".")[2]
        if keyword(call, "errors") or not (name in _OPENING or ("." in name and method in _READING_METHODS)):
            continue
        given = positional(call)
        mode = keyword(call, "mode")
        modes = [mode.value] if mode else (given or [])[_OPENING.get(name, 0) :][:1]
        text = target.module.code_for_node(modes[0]) if modes else '"r"'
        if method == "open" and (text[:1] not in "\"'" or any(letter in text for letter in "bwax+")):
            continue
        if method == "decode" and given is not None and len(given) > 1:
            continue
        yield target.replaced(
            call,
            with_keyword(call, "errors", '"replace"'),
            f"line {target.line(call)}: bytes that are no valid text are replaced, no error",
        )
