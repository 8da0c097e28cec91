"""Test new dreams of a store every five minutes, at most ten times. Ctrl-C ends it cleanly."""

import signal
import sys

from pytest_athena_dreams.api import Stop, rounds

stop = Stop()
signal.signal(signal.SIGINT, lambda *_: stop.ask())
interval = float(sys.argv[2]) if len(sys.argv) > 2 else 300

for done in rounds(sys.argv[1], interval=interval, most=10, stop=stop):
    print(f"round {done.number}: {done.tested} tested, {done.failed} failed", flush=True)
    if not done.waited:
        stop.ask()  # in this example no new dreams arrive
