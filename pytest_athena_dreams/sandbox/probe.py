"""Checks a running jail by letting a child try what it must not be able to do.

Invariants: an attempt that succeeds is harmless; nothing is concluded from versions or from the kernel's
configuration.
"""

from __future__ import annotations

import pickle

from ..errors import SandboxError
from ..models import ObservationKind
from .child import Child
from .forkserver import ForkServer
from .load import Source
from .policy import Layers, Policy, SandboxMode

_PROBE_SECONDS = 10.0
_WRAPPED = ("mnt", "net", "pid")
"""Namespaces that a wrapper must give."""
_SECCOMP_MODE = "2"
"""The mode of a process under a seccomp filter, in ``/proc/PID/status``."""

_ATTEMPTS = '''
import os
import socket

def attempts(secret, target):
    """Names of the attempts that worked."""
    def read():
        open(secret).close()
    def write():
        open(target, "w").close()
    def network():
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    def datagrams():
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    def signals():
        os.kill(os.getppid(), 0)
    def processes():
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    worked = []
    for attempt in (read, write, network, datagrams, signals, processes):
        try:
            attempt()
        except OSError:
            continue
        worked.append(attempt.__name__)
    return worked
'''
_MEANING = {
    "read": "files",
    "write": "files to write",
    "network": "the network",
    "datagrams": "the network by datagrams",
    "signals": "other processes by signals",
    "processes": "new processes",
}


def probe(server: ForkServer, mode: SandboxMode, policy: Policy) -> Layers:
    """Try ``server``'s jail with one child. Raises ``SandboxError`` if the child can't run at all."""
    secret, target = server.outside / "secret", server.outside / "target"
    payload = pickle.dumps(((str(secret), str(target)), {}), 5)
    secret.write_text("")
    with Child(server, Source(code=_ATTEMPTS), policy, 0) as child:
        status, namespaces = child.status(), child.namespaces()
        seen = next(child.calls([payload], _PROBE_SECONDS)) if child.loaded else child.failure
    if seen is None or seen.kind is not ObservationKind.RETURNED:
        raise SandboxError(
            f"the jail can't run a simple function: {seen}. Where memory is the limit, raise it: it is"
            f" {policy.limits.memory >> 20} MiB; 'athena-dreams doctor' tries each layer"
        )
    missing = [_MEANING[name] for name in seen.value[1]]
    unprivileged = not int(status.get("CapPrm", "0"), 16)
    no_new_privileges = status.get("NoNewPrivs") == "1"
    if not unprivileged:
        missing.append("capabilities")
    if not no_new_privileges:
        missing.append("set-user-id programs")
    if mode in (SandboxMode.BWRAP, SandboxMode.SRT):
        missing += [f"the {name} namespace" for name in _WRAPPED if name not in namespaces]
    return Layers(
        mode=mode,
        namespaces=namespaces,
        landlock=server.hello.landlock,
        seccomp=status.get("Seccomp") == _SECCOMP_MODE,
        capabilities_dropped=unprivileged,
        no_new_privileges=no_new_privileges,
        missing=tuple(missing),
    )
