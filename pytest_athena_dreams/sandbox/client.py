"""The jail as the engine uses it: a sandbox, and children in it.

Invariants: no child runs before a probe has shown that the sandbox holds what its mode promises; a sandbox
has one fork server at a time and replaces it when it is lost.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from ..closing import Closing
from ..errors import SandboxError
from .child import Child
from .contents import Contents
from .forkserver import ForkServer, ServerLost
from .load import Source
from .modules import names_rare
from .policy import WORLD_BYTES, Layers, Policy, SandboxMode
from .probe import probe

__all__ = ["Child", "Sandbox", "SandboxPair", "Source"]

_STARTS = 3
"""Fork servers to start for one child before the failure counts as an error of this tool."""


class Sandbox(Closing):
    """Starts children under one policy. The fork server starts on first use; use one sandbox per process.

    The children of a ``lean`` sandbox start with the common modules alone, which is faster.

    Every use raises ``SandboxError`` if this machine can't give what the policy requires.
    """

    def __init__(
        self, policy: Policy, *, hash_seed: int = 0, random_seed: int = 0, lean: bool = False
    ) -> None:
        self.policy = policy
        self._hash_seed = hash_seed
        self._random_seed = random_seed
        self._lean = lean
        self._server: ForkServer | None = None
        self._layers: Layers | None = None

    @property
    def outside(self) -> Path | None:
        """The folder of the running fork server; its path is in the command line of all its processes."""
        return self._server.outside if self._server else None

    def layers(self) -> Layers:
        """The layers that hold, as a probe in a child found them."""
        if self._layers is None:
            self._start()
        assert self._layers is not None
        return self._layers

    def attempt(self, mode: SandboxMode) -> Layers:
        """Start in ``mode`` whatever the policy says. Raises ``SandboxError`` with only the reason."""
        _candidates(replace(self.policy, mode=mode, minimum=SandboxMode.AUTO))
        self._server = self._launch(mode)
        return self.layers()

    def spawn(self, source: Source) -> Child:
        """Start a child that loads ``source``, or fails to.

        If a child dies together with the fork server, the load is tried again in a new one before ``source``
        is blamed.
        """
        child, why = None, ""
        for _ in range(_STARTS):
            try:
                child = Child(self._server or self._start(), source, self.policy, self._random_seed)
            except ServerLost as exc:
                why = str(exc)
            else:
                if not child.lost:
                    return child
            self._server = None
        if child is None:
            raise SandboxError(f"the fork server ends whenever it has to start a child: {why}")
        return child

    def close(self) -> None:
        """End the fork server and every child. Safe to call twice."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _start(self) -> ForkServer:
        """Start a server in the mode that worked before, or otherwise in the first one that works."""
        reasons: list[str] = []
        for mode in [self._layers.mode] if self._layers else _candidates(self.policy):
            try:
                self._server = self._launch(mode)
            except SandboxError as exc:
                reasons.append(f"{mode.value}: {exc}")
            else:
                return self._server
        minimum = (
            "" if self.policy.minimum is SandboxMode.AUTO else f" of at least {self.policy.minimum.value}"
        )
        raise SandboxError(
            f"no isolation{minimum} here, and untrusted code does not run without. {'; '.join(reasons)}."
            " 'athena-dreams doctor' says how to fix it; --athena-sandbox=none runs without isolation"
        )

    def _launch(self, mode: SandboxMode) -> ForkServer:
        try:
            server = ForkServer(self.policy, mode, hash_seed=self._hash_seed, lean=self._lean)
        except ServerLost as exc:
            raise SandboxError(f"the fork server did not start ({exc})") from None
        try:
            self._layers = self._layers or self._checked(server, mode)
        except BaseException as exc:
            server.close()
            if isinstance(exc, ServerLost):
                raise SandboxError(f"the fork server does not stay ({exc})") from None
            raise
        return server

    def _checked(self, server: ForkServer, mode: SandboxMode) -> Layers:
        layers = probe(server, mode, self.policy)
        if mode is SandboxMode.NONE or self.policy.without:
            return layers
        if layers.missing:
            raise SandboxError(f"a child could reach {', '.join(layers.missing)} (got {layers})")
        if self.policy.scratch and not layers.landlock:
            raise SandboxError("scratch folders need Landlock, which separates them; don't ask for any here")
        return layers


class SandboxPair(Closing):
    """A lean sandbox and one for code that names rare modules; each starts on first use.

    Code that acts has a third one, whose children have a folder that they may write in.
    """

    def __init__(self, policy: Policy, *, hash_seed: int = 0, random_seed: int = 0) -> None:
        self._lean, self._stocked = (
            Sandbox(policy, hash_seed=hash_seed, random_seed=random_seed, lean=lean) for lean in (True, False)
        )
        acting = replace(policy, acts=True, scratch=max(policy.scratch, WORLD_BYTES))
        self._acting = Sandbox(acting, hash_seed=hash_seed, random_seed=random_seed)
        self.contents = Contents(self._lean.spawn)
        """What databases and archives hold that calls leave in their worlds."""

    def spawn(self, source: Source) -> Child:
        """Start a child that loads ``source``, or fails to."""
        if source.acts:
            return self._acting.spawn(source)
        return (self._stocked if names_rare(source.code) else self._lean).spawn(source)

    def acts(self) -> bool:
        """Whether code can act here: not without Landlock, which keeps the worlds of children apart."""
        try:
            return self._acting.layers().landlock > 0
        except SandboxError:
            return False

    def layers(self) -> Layers:
        """The layers of both sandboxes: they differ only in the modules that they preload."""
        return self._lean.layers()

    def close(self) -> None:
        """End all of them and every child. Safe to call twice."""
        self.contents.close()
        self._acting.close()
        self._lean.close()
        self._stocked.close()


def _candidates(policy: Policy) -> list[SandboxMode]:
    """The modes to try, the strongest first."""
    if sys.platform == "win32":
        raise SandboxError("dreams do not run on Windows in any mode: use WSL2 ('wsl --install')")
    if sys.platform == "linux" and not os.path.exists("/proc/self/stat"):
        raise SandboxError(
            "no /proc here; the jail needs it to measure and limit what runs inside: mount it ('mount -t proc"
            " proc /proc'), or run in a container that has one"
        )
    if policy.mode is SandboxMode.NONE and policy.minimum in (SandboxMode.AUTO, SandboxMode.NONE):
        return [SandboxMode.NONE]
    if sys.platform != "linux":
        raise SandboxError(
            f"no isolation on {sys.platform}: this version needs Linux. Run in a Linux container or WSL2, or"
            " give --athena-sandbox=none to run untrusted code without any"
        )
    if policy.mode.weaker_than(policy.minimum) and policy.mode is not SandboxMode.AUTO:
        raise SandboxError(
            f"--athena-sandbox={policy.mode.value} is weaker than --athena-sandbox-minimum="
            f"{policy.minimum.value}: give a stronger mode or a lower minimum"
        )
    modes = [SandboxMode.BWRAP, SandboxMode.SRT, SandboxMode.LANDLOCK]
    if policy.mode is not SandboxMode.AUTO:
        modes = [policy.mode]
    return [mode for mode in modes if not mode.weaker_than(policy.minimum)]
