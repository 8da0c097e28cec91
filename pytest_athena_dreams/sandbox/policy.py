"""What a jail must do: its mode, its limits, and what it lets in; and what one really does.

Invariants: plain data; nothing here looks at the machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MIB = 1 << 20


class SandboxMode(StrEnum):
    """How dreams are locked in. ``AUTO`` takes the strongest that works and never ``NONE``."""

    AUTO = "auto"
    BWRAP = "bwrap"
    SRT = "srt"
    LANDLOCK = "landlock"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one child may use.

    ``memory`` is bytes of address space, the interpreter's own included; ``output`` bytes written to
    standard output and error together; ``reply`` bytes of one answer; ``load_timeout`` seconds for
    compiling and running a module.
    """

    memory: int = 512 * MIB
    output: int = MIB
    reply: int = 4 * MIB
    load_timeout: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a jail is asked to be.

    ``read_paths`` are readable beside Python itself, and those that are folders can be imported from;
    ``environment`` is what a dream finds in ``os.environ`` beside the jail's own few variables.
    """

    mode: SandboxMode = SandboxMode.AUTO
    limits: Limits = field(default_factory=Limits)
    read_paths: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What a running jail was found to do, by trying.

    ``landlock`` is the interface version in force, 0 for none. ``missing`` names what a child could
    do although it should not, empty where the jail is tight.
    """

    mode: SandboxMode
    landlock: int = 0
    seccomp: bool = False
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
