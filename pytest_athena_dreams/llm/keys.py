"""Keys of models: read from the environment, and taken out of every text that could hold one.

Invariant: the value of a key leaves this module in a request to its provider alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

KEY = "ATHENA_MODEL_KEY"
"""The variable with the key for ``--athena-model-url``."""
SHORTEST = 6
"""Least characters of a value that is redacted: shorter ones are ordinary words."""
_SECRET = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)S?\Z", re.IGNORECASE)
_BEARER = re.compile(r"(?i)\b(bearer|api[-_]?key)([ :=]+)[\w.~+/=-]{6,}")
_CREDENTIALS = re.compile(r"(://)[^/@\s]{1,500}@")
"""User and password in a URL."""


def is_secret(variable: str) -> bool:
    """Whether a variable of this name holds a key, a token or a password, by its ending."""
    return _SECRET.search(variable) is not None


def secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values of the environment that no text may show, the longest first."""
    found = {value.strip() for name, value in environment.items() if is_secret(name)}
    return tuple(sorted((value for value in found if len(value) >= SHORTEST), key=lambda v: (-len(v), v)))


def redacted(text: str, values: Iterable[str]) -> str:
    """``text`` with ``***`` in place of each of ``values``, and of what looks like a key."""
    for value in values:
        text = text.replace(value, "***")
    return _CREDENTIALS.sub(r"\1***@", _BEARER.sub(r"\1\2***", text))
