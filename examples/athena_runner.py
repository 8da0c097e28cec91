"""Test the Tier 1 dreams of a store and learn from them, as Athena's DreamTestRunner does."""

import asyncio
import sys

from pytest_athena_dreams.testing import DreamStore, DreamTestRunner


async def main(path: str) -> None:
    store = DreamStore(path)
    print(f"{len(await store.get_pending_dreams())} dreams are pending")

    async with DreamTestRunner(store, tests_per_dream=50) as runner:
        result = await runner.test_tier1_dreams()
        if not result["success"]:
            print(f"error: {result.get('error')}")
            return
        print(f"{result['dreams_passed']} of {result['tested_dreams']} pass: {result['pass_rate']:.0%}")

        report = await runner.generate_learning_report()
        for pattern in report["top_failure_patterns"][:3]:
            print(f"{pattern['frequency']} x {pattern['category']}: {pattern['error_message']}")
        for improvement in report["suggested_improvements"]:
            print(f"{improvement['category']}: {improvement['suggestion']}")


asyncio.run(main(sys.argv[1]))
