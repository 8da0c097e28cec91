"""Test a store's new dreams again and again, beside other work of the same event loop."""

import asyncio
import sys

from pytest_athena_dreams.testing import DreamStore, DreamTestRunner


async def main(path: str, interval: float) -> None:
    store = DreamStore(path)
    async with DreamTestRunner(store) as runner:
        testing = asyncio.create_task(
            runner.run_continuous_testing(interval_seconds=interval, max_iterations=2)
        )
        while not testing.done():
            await asyncio.sleep(0.05)  # the loop is free for anything else
        result = testing.result()
    print(f"{result.iterations} rounds: {result.tested_dreams} tested, {result.dreams_passed} passed")
    print(f"pass rate of the store: {(await store.get_statistics())['pass_rate']:.0%}")


asyncio.run(main(sys.argv[1], float(sys.argv[2])))
