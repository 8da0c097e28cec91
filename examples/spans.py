"""A procedure that reads text by its own regular expression."""

from __future__ import annotations

import re

_SPAN = re.compile(r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?")


def seconds(text: str) -> int | None:
    """Turn a span such as ``1d 4h`` into seconds; ``None`` if it is none."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes = (int(group or 0) for group in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60
