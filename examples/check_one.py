"""Check one piece of code against its procedure, with generated inputs."""

from pytest_athena_dreams.api import check

PROCEDURE = """
def average(numbers: list[int]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
"""
DREAM = """
def average(numbers: list[int]) -> float:
    return sum(numbers) / len(numbers)
"""

verdict = check(DREAM, like=PROCEDURE, max_examples=200)
print(verdict.outcome.value, "on", verdict.accepted, "inputs")
for fault in verdict.faults:
    print(f"{fault.call}: {fault.got}, where the procedure {fault.expected}")
