"""Runs the body of a function in a world."""

from __future__ import annotations

import pickle

from pytest_athena_dreams.models import Observation
from pytest_athena_dreams.sandbox.client import SandboxPair, Source
from pytest_athena_dreams.sandbox.runner import Runner
from pytest_athena_dreams.worlds import EMPTY, World, attached

IMPORTS = "import asyncio, gc, json, os, shutil, subprocess, sys, threading, time\n"


def acted(jail: SandboxPair, body: str, world: World = EMPTY, times: int = 1) -> list[Observation]:
    """What is seen of a function with this body, called ``times`` times in ``world``."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    source = Source(code=f"{IMPORTS}def f():\n{lines}", entry_point="f", audited=True, acts=True)
    with Runner(jail, source) as runner:
        return runner.run([attached(pickle.dumps(((), {}), 5), world)] * times, timeout=10)
