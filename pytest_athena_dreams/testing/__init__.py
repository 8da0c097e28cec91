"""The classes that Athena's design names, on top of the jail and of the verdicts of this package.

Invariants: a coroutine never blocks the event loop, and cancelling it ends what it started; code of a dream
runs in the jail alone; only a run of ``pytest --athena-dreams`` writes to a store.
"""

from __future__ import annotations

from .dreamstore import DreamStore, StoredDream
from .generator import SyntheticTestGenerator
from .results import (
    ErrorCategory,
    ExecutionResult,
    FailurePattern,
    LearningReport,
    Suggestion,
    TestSummary,
)
from .runs import DreamTestRunner
from .single import DreamSandbox

__all__ = [
    "DreamSandbox",
    "DreamStore",
    "DreamTestRunner",
    "ErrorCategory",
    "ExecutionResult",
    "FailurePattern",
    "LearningReport",
    "StoredDream",
    "Suggestion",
    "SyntheticTestGenerator",
    "TestSummary",
]
