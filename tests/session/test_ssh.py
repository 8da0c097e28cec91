"""Workers behind a real ssh, on this machine: the jail starts there, and a lost connection fails no dream."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import runner

BAD = CLAMP.replace("min(", "max(")
SLOW = "import time\n" + CLAMP.replace(
    "    return", "    end = time.time() + 0.3\n    while time.time() < end: pass\n    return"
)
LOSE_CONNECTIONS = """
import os, signal
from pathlib import Path

class Loses:
    lost = False
    def pytest_runtest_logreport(self, report):
        if self.lost or report.when != "call":
            return
        self.lost = True
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "stat").read_text().rpartition(") ")[2].split()
                name = (folder / "comm").read_text().strip()
            except OSError:
                continue
            if name == "ssh" and int(words[1]) == os.getpid():
                os.kill(int(folder.name), signal.SIGKILL)

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Loses())
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A server of ssh on this machine; the configuration with which a client reaches it as ``there``."""
    sshd = shutil.which("sshd") or shutil.which("/usr/sbin/sshd")
    if sshd is None or shutil.which("ssh") is None or os.getuid():
        pytest.skip("needs root, ssh and sshd: apt-get install openssh-server openssh-client")
    folder = tmp_path_factory.mktemp("ssh")
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {folder / 'client.pub'}\nStrictModes no\nPermitRootLogin prohibit-password\n"
    )
    (folder / "config").write_text(
        f"Host there\n  HostName 127.0.0.1\n  Port {port}\n  User root\n  IdentityFile {folder / 'client'}\n"
        f"  StrictHostKeyChecking no\n  UserKnownHostsFile {folder / 'known'}\n  BatchMode yes\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)  # which a service manager makes elsewhere
    with subprocess.Popen(
        [sshd, "-D", "-e", "-f", folder / "sshd_config"], stderr=subprocess.DEVNULL
    ) as server:
        try:
            reach = ["ssh", "-F", str(folder / "config"), "there", "true"]
            deadline = time.monotonic() + 20
            while subprocess.run(reach, capture_output=True).returncode:
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.1)
            yield folder / "config"
        finally:
            server.terminate()


@pytest.fixture
def workers(host: Path, tmp_path: Path) -> tuple[str, ...]:
    """The options for two workers there, in a folder of their own."""
    (tmp_path / "far").mkdir()
    spec = f"2*ssh=there//ssh_config={host}//python={sys.executable}//chdir={tmp_path / 'far'}"
    return "-d", "--tx", spec


def test_dreams_are_tested_there(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    lines = [
        dream("good", CLAMP),
        dream("bad", BAD),
        dream("free", "def f(x: int) -> int:\n    return x\n", procedure=None),
    ]
    make_store(pytester.path / "athena.db", *lines)
    result = runner(pytester, *workers)("--athena-max-examples=20")
    result.assert_outcomes(passed=2, failed=1)
    assert verdicts(pytester.path / "athena.db") == {
        "good": ("success", None),
        "bad": ("failure", "logic"),
        "free": ("success", None),
    }


def test_a_lost_connection_fails_no_dream(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """The dreams that ran then wait for another test; other workers test what is left."""
    quick = [dream(f"quick{n}", f"# {n}\n{CLAMP}\nn = {n}\n") for n in range(6)]
    slow = dream("slow", SLOW, procedure=SLOW.replace("clamp", "slow"))
    make_store(pytester.path / "athena.db", slow, *quick)
    pytester.makeconftest(LOSE_CONNECTIONS)
    result = runner(pytester, *workers)("--athena-max-examples=20", "--athena-timeout=10")
    found = verdicts(pytester.path / "athena.db")
    assert found["slow"] == (None, None)
    assert {outcome for outcome, _ in found.values()} == {"success", None}
    waiting = [label for label, (outcome, _) in found.items() if outcome is None]
    assert len(waiting) <= 2
    result.assert_outcomes(passed=len(found) - len(waiting), errors=len(waiting))
    result.stdout.fnmatch_lines(["*crashed while running*"])
    pytester.makeconftest("")
    runner(pytester, *workers)("--athena-max-examples=20", "--athena-timeout=10").assert_outcomes(
        passed=len(waiting)
    )
