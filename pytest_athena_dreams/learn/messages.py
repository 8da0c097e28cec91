"""Generalises messages, and describes the difference of two values in a few words.

Invariants: pure; a generalised message does not depend on a dream's own names, on numbers or on the values of
one input, but keeps what helps to fix the failure: built-in types, methods, modules.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys

MESSAGE_LENGTH = 160
"""Maximum characters of a generalised message."""

_PATH = re.compile(r" at \S+: .*$", re.DOTALL)
_QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_NUMBER_PATTERN = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_KEPT_AFTER = ("attribute ", "module named ", "import name ", "object has no ")
_ASKED = re.compile(r"`([^`\n]*)`")
_ASKED_WORD = re.compile(r"[a-z][a-z-]*")
_ASKED_REST = re.compile(r"(?<=`): (with(?:out)? .*)$", re.DOTALL)
"""How a message names a command or a request, its words that belong to no input, and what differs in it."""
_KNOWN_NAMES = frozenset(dir(builtins)) | sys.stdlib_module_names | {"NoneType", "function", "generator"}
_OPERATOR = re.compile(r"[-+*/%@&|^<>=!~]{1,3}")
_BARE = frozenset({"KeyError"})
"""Exceptions whose whole message is a value from the input."""
_RETURNED = "returned "


def general(message: str, exception: str | None) -> str:
    """``message`` without numbers, values, paths and the code's own names."""
    head, colon, rest = message.partition(": ")
    if colon and head == exception:
        message = "" if exception in _BARE else rest
    if message.startswith("no input accepted"):
        return "no input accepted"
    if exception == "RecursionError":
        message = message.partition(" exceeded")[0]  # the rest says where the last call was
    message = _ASKED_REST.sub(_option_words, message)
    message = _ASKED.sub(_first_words, message)
    message = _PATH.sub("", message)
    message = _QUOTED.sub(lambda found: _quoted(message, found), message)
    message = _NUMBER_PATTERN.sub("#", _ADDRESS.sub("#", message))
    return " ".join(message.split())[:MESSAGE_LENGTH]


def _first_words(found: re.Match[str]) -> str:
    """A command or a request by its first words, without those of one input."""
    words = found[1].split()
    known = next((n for n, word in enumerate(words) if n and not _ASKED_WORD.fullmatch(word)), len(words))
    kept = words[: min(known, 2)]
    return f"`{' '.join(kept)}{' …' if len(kept) < len(words) else ''}`"


def _option_words(found: re.Match[str]) -> str:
    """The options among the words that differ."""
    kept = [word for word in found[1].split() if word.startswith("-") or word in ("without", "with", "and")]
    return f": {' '.join(kept)}" if any(word.startswith("-") for word in kept) else ""


def _quoted(message: str, found: re.Match[str]) -> str:
    text = found[1] if found[1] is not None else found[2]
    before = message[: found.start()]
    if text in _KNOWN_NAMES or _OPERATOR.fullmatch(text) or before.endswith(_KEPT_AFTER):
        return f"'{text}'"
    return "'…'"


def difference(expected: str, got: str) -> str:
    """How two values differ, in a few words; both are ``returned VALUE`` texts of a fault.

    For texts that were cut or are not literals, only ``None`` is recognised.
    """
    if not got.startswith(_RETURNED) or not expected.startswith(_RETURNED):
        return ""
    wanted_text, got_text = expected.removeprefix(_RETURNED), got.removeprefix(_RETURNED)
    if got_text == "None":
        return "None instead of a value"
    if wanted_text == "None":
        return "a value instead of None"
    try:
        wanted, actual = ast.literal_eval(wanted_text), ast.literal_eval(got_text)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return "another value"
    return _differ(wanted, actual)


def _differ(wanted: object, got: object) -> str:
    if type(wanted) is not type(got):
        return f"{type(got).__name__} instead of {type(wanted).__name__}"
    match wanted, got:
        case bool(), bool():
            return "the opposite answer"
        case ((int() | float() | complex()), _):
            return "another number"
        case str(), str():
            return _texts(wanted, got)
        case ((list() | tuple()), (list() | tuple())):
            return _sequences(list(wanted), list(got))
        case dict(), dict():
            if wanted.keys() == got.keys():
                return "other values under the same keys"
            return _sizes(len(wanted), len(got), "keys")
        case ((set() | frozenset()), (set() | frozenset())):
            return _sizes(len(wanted), len(got), "items")
    return "another value"


def _texts(wanted: str, got: str) -> str:
    if not got:
        return "an empty text"
    if wanted.casefold() == got.casefold():
        return "a text in another case"
    if "".join(wanted.split()) == "".join(got.split()):
        return "a text with other white space"
    return _sizes(len(wanted), len(got), "characters")


def _sequences(wanted: list[object], got: list[object]) -> str:
    if wanted and not got:
        return "nothing in it"
    if len(wanted) == len(got):
        same = sorted(map(repr, wanted)) == sorted(map(repr, got))
        return "the same items in another order" if same else "other items"
    return _sizes(len(wanted), len(got), "items")


def _sizes(wanted: int, got: int, noun: str) -> str:
    if wanted == got:
        return f"other {noun}"
    return f"too few {noun}" if got < wanted else f"too many {noun}"
