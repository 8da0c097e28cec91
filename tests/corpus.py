"""Dreams whose right answer is known: a small corpus of our own, and larger ones where they are.

``DREAM_CORPORA`` names a folder of larger ones, each ``NAME.jsonl`` in the format of an import and
``NAME.truth.json`` with what is expected of each label. They are not published: without, their tests skip.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

OWN = Path(__file__).parent / "corpora"


def corpus_file(name: str, ending: str = "jsonl") -> Path:
    """A file of a corpus; skips where it is not on this machine."""
    for folder in (OWN, Path(os.environ.get("DREAM_CORPORA", OWN))):
        path = folder / f"{name}.{ending}"
        if path.exists():
            return path
    pytest.skip(f"the corpus {name} is not here: set DREAM_CORPORA to the folder that has it")


def corpus(name: str) -> list[dict[str, Any]]:
    """The dreams of a corpus, as lines of an import."""
    return [json.loads(line) for line in corpus_file(name).read_text().splitlines()]


def wrong(name: str) -> set[str]:
    """The labels of those that should fail."""
    truth = json.loads(corpus_file(name, "truth.json").read_text())
    return {label for label, known in truth.items() if known["expected"] == "fail"}
