"""Mechanical repairs of a dream's code: proposals only, each to be tested in the jail before it is shown.

Invariants: a proposal changes what its kind says and keeps the rest of the source as it was written; it is
made from the fault and the two sources alone, and is never run here.

libcst's parser is native and can end the process on hostile source, so nothing but ``process``, which runs
in a process of its own with limits on time and memory, imports the modules that make proposals.
"""
