"""Test all pending Tier 1 dreams of a store, and print the patterns of its report."""

import sys

from pytest_athena_dreams.api import run_store

report = run_store(sys.argv[1], "-q", "--tb=no")
print(f"{report.totals.passed} of {report.totals.tested} dreams pass")
for pattern in report.patterns:
    print(f"{len(pattern.open)} x {pattern.title}\n    {pattern.rule}")
