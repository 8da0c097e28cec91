"""What a source reads beside its arguments and files: variables, input, command line, clock."""

from __future__ import annotations

import re

from ..drawable import Reads

VARIABLES = 12
"""Maximum names of variables to read from a source."""
_VARIABLE = re.compile(
    r"""(?:getenv\(|environ(?:\.get\(|\.setdefault\(|\.pop\(|\[))\s*["'](\w{1,60})["']"""
    r"""|["'](\w{1,60})["']\s+(?:not\s+)?in\s+(?:os\.)?environ\b"""
)
_COPY = re.compile(
    r"\b(\w{1,60})\s*(?::[^=\n]{1,60})?=\s*(?:dict\(|\{\s*\*\*)?\s*os\.environ\b(?!\s*[\[.](?!copy\(\)))"
)
"""A name for the environment, or for a copy of it."""
_OF_COPY = (
    r"""\bCOPY(?:\.(?:get|pop|setdefault)\(|\[)\s*["'](\w{1,60})["']"""
    r"""|["'](\w{1,60})["']\s+(?:not\s+)?in\s+COPY\b"""
)
"""A variable by such a name, in its place ``COPY``."""
_READERS: dict[Reads, re.Pattern[str]] = {
    "input": re.compile(r"\bstdin\b|\binput\(|\bfileinput\b"),
    "arguments": re.compile(r"\bargv\b|\bargparse\b"),
    "clock": re.compile(
        r"\b(?:sleep|time\.time|time_ns|monotonic\w*|perf_counter\w*|now|utcnow|today|localtime|gmtime)\b"
        r"|\bfrom time import\b"
    ),
}
_KINDS_OF_ENTRIES = re.compile(r"\bis_?(?:dir|file)\b|\bS_IS(?:DIR|REG)\b")
_RENAMES = re.compile(r"\.(?:renames?|move)\(")
_TEXT_CHANGES = re.compile(
    r"\.(?:lower|upper|casefold|title|capitalize|swapcase|replace|sub|subn|translate)\("
)
_FILE_TIMES = re.compile(r"\bst_[amc]time|getmtime|getctime|getatime")


def variables(code: str) -> tuple[str, ...]:
    """Names of variables of the environment that ``code`` spells out."""
    found = [match[1] or match[2] for match in _VARIABLE.finditer(code)]
    for copy in dict.fromkeys(match[1] for match in _COPY.finditer(code)):
        of_copy = _OF_COPY.replace("COPY", copy)
        found += [match[1] or match[2] for match in re.finditer(of_copy, code)]
    return tuple(dict.fromkeys(found))[:VARIABLES]


def reads(code: str) -> frozenset[Reads]:
    """What ``code`` may read, by the names in it."""
    return frozenset(name for name, pattern in _READERS.items() if pattern.search(code))


def looks_at_times(code: str) -> bool:
    """Whether ``code`` may ask when a file was changed."""
    return _FILE_TIMES.search(code) is not None


def asks_kinds(code: str) -> bool:
    """Whether ``code`` may ask if something is a file or a folder."""
    return _KINDS_OF_ENTRIES.search(code) is not None


def changes_names(code: str) -> bool:
    """Whether ``code`` may give files other names, which it makes of texts."""
    return _RENAMES.search(code) is not None and _TEXT_CHANGES.search(code) is not None
