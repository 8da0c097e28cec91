"""One module for each transform of the catalogue, with a function ``variants`` from a target to its variants.

Invariant: only the process that changes sources imports these modules, for they need libcst.
"""
