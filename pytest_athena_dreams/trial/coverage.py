"""Line coverage of a dream: how many of its lines its inputs reach.

It never changes a verdict. The lines are reported from beside the dream, which can forge this figure alone.
"""

from __future__ import annotations

from dataclasses import replace

from ..config import Settings
from ..sandbox.runner import Runner
from ..source.reading import statement_lines
from .case import Case
from .detection import FIRST_BATCH, growing_batches
from .observing import PROCEDURE_SHARE


def lines_reached(settings: Settings, case: Case, runner: Runner) -> tuple[int, int] | None:
    """How many lines of the dream the case's examples reach, and how many it has; ``None`` without any.

    A line counts where a statement begins and there is code for it. Large inputs are left out where there are
    others, because tracing them takes long. From here on ``runner`` traces, which slows its calls; code that
    is not pure is loaded anew first.
    """
    payloads = case.moderate or [example.payload for example in case.examples]
    if not payloads:
        return None
    left = settings.dream_timeout / PROCEDURE_SHARE
    runner.switch_to(replace(runner.source, watched=True, described="not"), anew=not case.pure)
    compiled = runner.loaded.lines if runner.loaded else ()
    lines = statement_lines(case.dream.code).intersection(compiled)
    if not lines:
        return None
    reached = set[int]()
    step = max(1, len(payloads) // FIRST_BATCH)  # the first batch is from all over: edges reach few lines
    for batch in growing_batches([payload for start in range(step) for payload in payloads[start::step]]):
        seen = runner.run(batch, timeout=settings.timeout, budget=left)
        left -= sum(observation.elapsed for observation in seen)
        reached |= lines.intersection(line for observation in seen for line in observation.lines)
        if reached == lines or len(seen) < len(batch):
            break
    return len(reached), len(lines)
