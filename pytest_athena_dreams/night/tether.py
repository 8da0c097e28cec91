"""Becomes another program that is killed as soon as the night that started it has ended, however that ended.

    python -m pytest_athena_dreams.night.tether PARENT COMMAND...

``PARENT`` is the process id of the night. Otherwise a killed night would leave its step at work, and the next
night would do it a second time. The program can be interrupted even where the night can't: a shell lets what
a script starts with ``&`` ignore interrupts, and children inherit that.
"""

from __future__ import annotations

import os
import signal
import sys

from ..sandbox.jail.kernel import die_with_parent


def main() -> None:
    """Replace this process. Never returns."""
    parent, *command = sys.argv[1:]
    die_with_parent()
    if os.getppid() != int(parent):
        sys.exit("the night has ended")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
