"""What a jail must do (mode, limits, exceptions), and what a running one was found to do.

Invariants: plain data; nothing here reads from the machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ..errors import SettingError

MIB = 1 << 20
WORLD_BYTES = 16 * MIB
"""Bytes that the world of a call may hold."""
LAYERS = frozenset({"landlock", "scope", "seccomp", "capabilities", "rlimits", "descriptors", "environment"})
"""The layers that a test can leave out of a policy."""
_OWN_VARIABLES = (
    "HOME",
    "LANG",
    "MALLOC_ARENA_MAX",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TMPDIR",
    "TZ",
)


class SandboxMode(StrEnum):
    """How dreams are isolated. ``AUTO`` takes the strongest mode that works, but never ``NONE``."""

    AUTO = "auto"
    BWRAP = "bwrap"
    SRT = "srt"
    LANDLOCK = "landlock"
    NONE = "none"

    def weaker_than(self, minimum: SandboxMode) -> bool:
        """Whether this mode promises less than ``minimum``; nothing is weaker than ``AUTO``."""
        return _STRENGTH[self] < _STRENGTH[minimum]


_STRENGTH = {
    SandboxMode.AUTO: 0,
    SandboxMode.NONE: 0,
    SandboxMode.LANDLOCK: 1,
    SandboxMode.SRT: 2,
    SandboxMode.BWRAP: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one child may use.

    ``memory`` is bytes of address space, including the interpreter's; ``output`` bytes that one call
    writes to standard output, and to standard error; ``reply`` bytes of one reply; ``load_timeout`` seconds
    to compile and run a module.
    """

    memory: int = 512 * MIB
    output: int = MIB
    reply: int = 4 * MIB
    load_timeout: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The requirements for a jail.

    ``minimum`` is the weakest mode to accept; ``AUTO`` accepts any except ``NONE``. ``read_paths`` are
    readable beside Python itself, and the folders among them are on the import path; ``environment`` holds
    variables for ``os.environ`` beside the jail's own few. With ``scratch`` above 0, each child has its own
    folder for at most that many bytes. With ``acts``, that folder is a call's world: the parent fills it and
    looks at it, and changes of modes and times, links and locks work in it.

    ``without`` removes layers and ``landlock_abi`` simulates an older kernel, so that tests can show that
    each layer is needed.
    """

    mode: SandboxMode = SandboxMode.AUTO
    minimum: SandboxMode = SandboxMode.AUTO
    limits: Limits = field(default_factory=Limits)
    read_paths: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    scratch: int = 0
    acts: bool = False
    without: frozenset[str] = frozenset()
    landlock_abi: int = 99

    def __post_init__(self) -> None:
        for name, _ in self.environment:
            if name.startswith(("PYTHON", "LD_")) or name in _OWN_VARIABLES:
                raise SettingError(
                    f"--athena-allow-env: {name!r} would change how the jail itself runs; choose a name other"
                    f" than PYTHON…, LD_… and {', '.join(_OWN_VARIABLES)}"
                )
        if unknown := self.without - LAYERS:
            raise SettingError(f"no such layers: {sorted(unknown)}; there are {sorted(LAYERS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What a running jail was found to do.

    ``landlock`` is the interface version in force, 0 for none; ``namespaces`` are those that a child does not
    share with the parent. ``missing`` names what a child could do but must not; empty if the jail holds.
    """

    mode: SandboxMode
    landlock: int = 0
    seccomp: bool = False
    namespaces: tuple[str, ...] = ()
    capabilities_dropped: bool = False
    no_new_privileges: bool = False
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = []
        if self.mode in (SandboxMode.BWRAP, SandboxMode.SRT):
            parts.append(self.mode.value)
        if self.landlock:
            parts.append(f"landlock (ABI {self.landlock})")
        if self.seccomp:
            parts.append("seccomp")
        parts.append("rlimits")
        line = " + ".join(parts)
        return f"{line}; NOT HELD: {', '.join(self.missing)}" if self.missing else line
