"""Which line of a dream to mark: the first whose code is not the procedure's.

Comments, docstrings and the layout are no code. The source is split into tokens and never parsed: what does
not split is taken as it stands.
"""

from __future__ import annotations

import io
import tokenize
from difflib import SequenceMatcher

LENGTH = 200_000
"""Characters of a source above which its lines are compared as they stand."""

_LAYOUT = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)


def first_change(procedure: str, dream: str) -> int | None:
    """The number of the first line of ``dream`` with code of its own, ``None`` where it has none.

    Where the dream only leaves code out, the line after what is missing, or its last one.
    """
    try:
        base, own = _code(procedure), _code(dream)
    except (tokenize.TokenError, SyntaxError):
        base, own = _lines(procedure), _lines(dream)
    matcher = SequenceMatcher(None, [text for _, text in base], [text for _, text in own], autojunk=False)
    for tag, _, _, start, _ in matcher.get_opcodes():
        if tag != "equal" and own:
            return own[min(start, len(own) - 1)][0]
    return None


def _code(source: str) -> list[tuple[int, str]]:
    """The lines that hold code, with their numbers from 1. Raises ``TokenError`` or ``SyntaxError``."""
    if len(source) > LENGTH:
        raise tokenize.TokenError(source[:LENGTH])
    code: dict[int, list[str]] = {}
    statement: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
            if [part.type for part in statement] != [tokenize.STRING]:  # else it is a docstring
                for part in statement:
                    code.setdefault(part.start[0], []).append(part.string)
            statement = []
        elif token.type not in _LAYOUT:
            statement.append(token)
    return [(number, " ".join(parts)) for number, parts in sorted(code.items())]


def _lines(source: str) -> list[tuple[int, str]]:
    return [(n, line) for n, line in enumerate(source.splitlines(), 1) if line.strip()]
