"""Why a dream can't be tested here, which is never its own failure."""

from __future__ import annotations

from ..models import Reason


class Untestable(Exception):
    """A procedure can't be run, or on no input that could be made.

    ``text`` names the procedure, what it needed, and what opens it.
    """

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text
