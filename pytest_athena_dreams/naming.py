"""Names of dreams: node ids, labels beside them, and the command that tests a dream again."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields

from .config import SETTINGS, Settings
from .models import Dream
from .text import printable

LABEL = 60
"""Characters of a label that are shown."""
OF_THE_RUN = (
    "store", "select", "explore", "shard", "limit", "baseline", "fail_under", "evidence", "untestable",
)  # fmt: skip
"""Settings that can't change the verdict on a dream."""

_UNSAFE = re.compile(r"[^\w,+=@ -]")


def domain(dream: Dream) -> str:
    """A dream's node id without its store."""
    return f"{procedure_part(dream)}::{item_part(dream)}"


def labelled(name: str, label: str | None) -> str:
    """A name of a dream with its label behind it, where it has one."""
    return f"{name} ({printable(label, limit=LABEL)})" if label else name


def procedure_part(dream: Dream) -> str:
    """The part of a node id that names the procedure. Characters with a meaning for pytest become ``_``."""
    return _UNSAFE.sub("_", dream.base_name) or "no-procedure"


def item_part(dream: Dream) -> str:
    """The part of a node id that names the dream."""
    return f"{_UNSAFE.sub('_', dream.dream_type)}-{dream.id}"


def repeat_command(settings: Settings, store_id: str, dream: Dream) -> str:
    """The command that tests ``dream`` again on the same inputs; ``store_id`` is the store's node id."""
    words = ["pytest", "--athena-dreams", "--athena-store", settings.store]
    defaults = {f.name: f.default for f in fields(Settings)}
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        if setting.name == "seed" or (setting.name not in OF_THE_RUN and value != defaults[setting.name]):
            words += [setting.option, setting.written(value)]
    return shlex.join([*words, f"{store_id}::{domain(dream)}"])
