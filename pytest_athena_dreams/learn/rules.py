"""The rules for patterns, as texts for a prompt.

Invariant: in ``BY_CONTEXT``, the first entry whose text the pattern's context contains wins, so more specific
entries come first.
"""

from __future__ import annotations

from ..models import Category

BY_CONTEXT = (
    ("None returned", "Return the computed value on every path, as the procedure does; never `return None` in its place."),
    ("boundary moved", "Keep the boundary of every comparison: `<` and `<=` (`>` and `>=`) differ where both sides are equal. Check the equal case before you answer."),
    ("comparison turned into its opposite", "Do not turn a comparison around, unless its two branches are exchanged with it."),
    ("another comparison", "Keep the comparison operators of the procedure; a variant may add a case, it may not decide the old ones otherwise."),
    ("always goes one way", "Do not replace a condition by a constant: both of its branches are part of the behaviour."),
    ("condition negated", "Do not negate a condition, unless its two branches are exchanged with it."),
    ("part of a condition", "Keep every part of a compound condition; each one excludes inputs that the others let through."),
    ("and and or exchanged", "Keep `and` and `or` as they are; to rewrite one as the other, negate all parts (De Morgan) and test both."),
    ("another number in a range", "Keep the bounds of every range: one off drops or adds an element. Check the first and the last element."),
    ("another number in an index", "Keep the index constants: one off reads the neighbour, or past the end."),
    ("in a slice", "Keep the bounds of every slice: one off drops or adds an element. Check a sequence of length 0, 1 and 2."),
    ("slice:", "Keep both bounds of every slice. Check a sequence of length 0, 1 and 2."),
    ("another number in a comparison", "Keep the thresholds of comparisons, unless the variant's contract lets results differ."),
    ("another number in a default", "Keep the defaults of parameters; offer another value as a new parameter instead."),
    ("another number", "Keep the constants of the procedure, unless the variant's contract lets results differ."),
    ("another text", "Keep the texts that go into results, separators and patterns included."),
    ("True and False exchanged", "Keep what flags start with and what a test answers; True and False are not to be exchanged."),
    ("arithmetic operator", "Keep the arithmetic of the procedure: another operator is another function. Change how a value is computed only where you can show that it is equal."),
    ("an operand", "Do not add or drop a term of a formula (`+ 1`, `- 1`); check the smallest input by hand."),
    ("a sign changed", "Keep the signs of terms; check an input where the term is not zero."),
    ("a call left out", "Do not drop a call as redundant (`sorted`, `set`, `abs`, `strip`, `int`): show first that its result equals its argument for every input."),
    ("a call added", "Do not wrap a result in another call, unless it leaves every value as it is."),
    ("another function called", "Call the functions that the procedure calls: `min` and `max`, `any` and `all`, `list` and `sorted` are no alternatives."),
    ("another method", "Call the methods that the procedure calls; look-alikes (`append`/`extend`, `find`/`index`, `strip`/`lstrip`) differ."),
    ("another variable", "Check each use of a variable after a rewrite: a neighbour of the same type is a silent fault."),
    ("None instead of a value", "Return a value on every path; a function that can fall off its end returns None."),
    ("in another order", "Keep the order of results; sets and sorting change it."),
    ("instead of", "Return the type that the procedure returns; a caller may depend on it."),
    ("left out", "Do not drop statements as redundant; each one is needed for some input. Name the input that makes it superfluous, or keep it."),
    ("an empty text", "Handle the empty input as the procedure does, and only the empty one."),
    ("too few", "Do not lose items: check filters, early exits, and what happens to duplicates."),
    ("too many", "Do not add items: check filters, and what happens to duplicates."),
    ("its own raise", "Do not raise on inputs that the procedure accepts: a new guard may narrow nothing."),
    ("its own assertion", "Do not assert what the procedure does not demand of its inputs."),
)  # fmt: skip
BY_EXCEPTION = {
    "ModuleNotFoundError": "Use the standard library only, and what the procedure itself imports: other packages are not installed.",
    "ImportError": "Import names that exist in the module; check its documentation for this Python version.",
    "NameError": "Define or import every name before it is used; import modules at the top of the answer.",
    "UnboundLocalError": "Give every local a value before the branches and loops that may not run.",
    "IndexError": "Guard subscripts: the sequence may be empty or shorter than the index. Test lengths 0 and 1.",
    "KeyError": "Read dictionaries with `.get` or test the key first, where the procedure does not fail either.",
    "ZeroDivisionError": "Guard divisions: the divisor can be 0. Do what the procedure does there.",
    "AttributeError": "Use attributes that the type has; a value may be None or of another type than expected.",
    "ValueError": "Handle the values that the procedure handles; empty arguments are the usual ones missed.",
    "RecursionError": "Give every recursion a base case that each call comes nearer to, or use a loop.",
    "StopIteration": "Give `next` a default, or loop instead.",
}  # fmt: skip
BY_EFFECT = (
    ("` before `", "Keep the order of commands and requests: what decides whether to go on, such as the tests, comes first."),
    ("also ", "Run no command and send no request that the procedure does not: where it stops, stop."),
    ("did not ", "Leave out no command and no request of the procedure."),
    ("ran `", "Keep the words of commands, their folder, variables and input."),
    ("sent `", "Keep the method, URL, headers and body of requests."),
    ("left other files behind", "Leave the files that the procedure leaves, with the same contents and modes, and remove what it removes: temporary files, and nothing else."),
    ("slept for another time", "Wait as long as the procedure does."),
    ("printed another text", "Print what the procedure prints, to the same stream."),
)  # fmt: skip
"""By a part of what a dream did in its world; the first one that the message has wins."""
BY_CATEGORY = {
    Category.SYNTAX: "Answer with Python source alone, complete: no prose, no markdown fences, no cut-off lines.",
    Category.DEPENDENCY: BY_EXCEPTION["ModuleNotFoundError"],
    Category.TYPE: "Keep parameters and types as the procedure has them: its calls must go through unchanged.",
    Category.RUNTIME: "Handle every input on which the procedure returns; it must not raise there.",
    Category.LOGIC: "Give the value that the procedure gives, wherever it gives one.",
    Category.VALIDATION: "Define one function that takes the procedure's arguments and returns what it is annotated to return.",
    Category.TIMEOUT: "Make every loop come to an end: what it tests must change with each turn. Keep the complexity of the procedure.",
    Category.RESOURCE: "Bound memory, recursion and output by the size of the input.",
    Category.BLOCKED: "Use no network, no files and no processes: a procedure works on its arguments alone.",
    Category.FLAKY: "Give the same result for the same input: no randomness, no time, no order of sets or hashes.",
    Category.UNKNOWN: "Keep closer to the procedure.",
}  # fmt: skip
FENCES = "Answer with the code alone: no markdown fences (```), no text before or after it."
NO_INPUT = "Accept the inputs that the procedure accepts: a dream that rejects them all can't be tested."
