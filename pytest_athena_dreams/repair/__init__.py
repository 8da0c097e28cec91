"""Mechanical repairs of a dream's code. They are proposals, and are tested in the jail before they are shown.

Invariants: a proposal changes only what its kind says and preserves the rest of the source; it is made from
the fault and the two sources only, and is never run here.

libcst's parser is native and may crash on hostile source. So the modules that make proposals are imported
only in the process of ``rewriting.process``, which has limits on time and memory.
"""
