"""Call a dream in the jail on drawn inputs, as Athena's DreamSandbox does."""

import asyncio

from pytest_athena_dreams.testing import DreamSandbox, SyntheticTestGenerator

CODE = """
def share(part: int, whole: int) -> float:
    return part / whole
"""


async def main() -> None:
    generator = SyntheticTestGenerator(seed=42)
    inputs = generator.generate_test_inputs(CODE, num_variants=3)
    expected = generator.get_expected_output_type(CODE)

    async with DreamSandbox(timeout_seconds=30) as sandbox:
        for variant in [*inputs, {"part": 1, "whole": 4}]:
            result = await sandbox.execute_dream(
                dream_id=1, code=CODE, input_params=variant, expected_output_type=expected
            )
            if result.success:
                print(f"{variant}: {result.output} in {result.execution_time_ms:.1f} ms")
            else:
                print(f"{variant}: {result.error_category}: {result.error}")

        stats = sandbox.get_test_statistics()
        print(f"success rate: {stats['success_rate']:.0%} of {stats['total_tests']} calls")
        for pattern in sandbox.get_failure_patterns():
            print(f"{pattern.frequency} x {pattern.error_message}: {pattern.suggested_fix}")


asyncio.run(main())
