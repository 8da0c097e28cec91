"""A procedure that acts: it runs commands and writes a file."""

import subprocess
from pathlib import Path


def deploy(branch: str) -> str:
    """Publish a branch if its tests pass, and note that it was published."""
    subprocess.run(["git", "fetch", "origin"], check=True)
    subprocess.run(["ruff", "check", "."], check=False)
    if subprocess.run(["pytest", "-q"], check=False).returncode:
        return "tests failed"
    pushed = subprocess.run(["git", "push", "origin", branch], capture_output=True, text=True, check=False)
    if pushed.returncode:
        return f"not pushed: {pushed.stderr.strip()}"
    Path("deployed.txt").write_text(f"{branch}\n")
    return "deployed"
