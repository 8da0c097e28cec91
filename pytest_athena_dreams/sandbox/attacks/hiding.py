"""Attempts to be refused something without a trace, or to leave a false one."""

from __future__ import annotations

from .attack import Attack

_FIND = """
import ctypes, gc, os, sys, threading

def found(name):
    gc.unfreeze()
    return [o for o in gc.get_objects() if type(o).__name__ == name]
"""


def _attack(name: str, body: str, refused: str, *, ends: tuple[str, ...] = ("returned null",)) -> Attack:
    return Attack(name=name, code=f"{_FIND}\ndef attack(where):\n{body}", ends=ends, refused=refused)


HIDING = (
    _attack(
        "swallow a refusal",
        "    try:\n        open(where['secret'])\n    except OSError:\n        pass\n",
        "open /",
    ),
    _attack(
        "switch off what notes refusals",
        "    for refusals in found('Refusals'):\n"
        "        refusals._see = refusals._on = None\n"
        "        refusals.stop = lambda: []\n"
        "    for calls in found('Calls'):\n"
        "        calls.refusals = None\n"
        "    try:\n        os.stat(where['secret'])\n    except OSError:\n        pass\n",
        "stat /",
    ),
    _attack(
        "patch what notes refusals",
        "    for module in [m for m in found('module') if m.__name__ == 'jail.refusals']:\n"
        "        module._retried = module._object = lambda *_: None\n"
        "    try:\n        open(where['secret'])\n    except OSError:\n        pass\n",
        "open /",
    ),
    _attack(
        "be refused in C",
        "    ctypes.CDLL(None).open(where['secret'].encode(), os.O_RDONLY)\n",
        "open /",
    ),
    _attack(
        "be refused a command in C",
        "    ctypes.CDLL(None).execv(b'/bin/sh', None)\n",
        "run /bin/sh",
    ),
    _attack(
        "be refused a socket by its number",
        "    ctypes.CDLL(None).syscall(41 if os.uname().machine == 'x86_64' else 198, 2, 1, 0)\n",
        "open a socket for the network",
    ),
    _attack(
        "be refused in another thread",
        "    def look():\n        ctypes.CDLL(None).open(where['secret'].encode(), os.O_RDONLY)\n"
        "    thread = threading.Thread(target=look)\n    thread.start()\n    thread.join()\n",
        "open /",
    ),
    _attack(
        "be refused by a name relative to a bare handle",
        "    handle = os.open(os.path.dirname(where['secret']), os.O_PATH)\n"
        "    os.open('secret', os.O_RDONLY, dir_fd=handle)\n",
        "open /",
        ends=("raised PermissionError", "raised FileNotFoundError"),
    ),
    _attack(
        "forge the note of a refusal",
        "    class Forged:\n        def start(self): pass\n        def stop(self): return ['forged']\n"
        "    for calls in found('Calls'):\n        calls.refusals = Forged()\n",
        "",
    ),
)
