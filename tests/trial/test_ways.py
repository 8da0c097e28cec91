"""Ways to act, each with a right dream and wrong ones: names by chance, archives, folders, scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Contract, Dream, Outcome, Procedure
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine
from tests.dreams import needs_worlds


class Way(NamedTuple):
    """A procedure, a right dream, and what to replace in the procedure for wrong ones."""

    procedure: str
    right: str
    wrong: tuple[tuple[str, str], ...]


WAYS = {
    "names-by-chance": Way(
        """
import json, os, uuid
def save(item: dict[str, int]) -> None:
    os.makedirs("out", exist_ok=True)
    with open(f"out/{uuid.uuid4().hex}.json", "w") as file:
        json.dump(item, file)
""",
        """
import json, pathlib, secrets
def save(item: dict[str, int]) -> None:
    pathlib.Path("out").mkdir(exist_ok=True)
    pathlib.Path("out", secrets.token_hex(16) + ".json").write_text(json.dumps(item))
""",
        (("dump(item,", "dump(list(item),"), ("out/{", "out/x{"), ('json", "w"', 'txt", "w"')),
    ),
    "commands-with-names-by-chance": Way(
        """
import subprocess, uuid
def branch(base: str) -> None:
    subprocess.run(["git", "checkout", "-b", f"work-{uuid.uuid4()}", base])
""",
        """
import os, subprocess, uuid
def branch(base: str) -> None:
    name = str(uuid.UUID(bytes=os.urandom(16), version=4))
    subprocess.call(("git", "checkout", "-b", "work-" + name, base))
""",
        (('"-b"', '"-B"'), (", base])", "])")),
    ),
    "tar": Way(
        """
import os, tarfile
def bundle(folder: str) -> None:
    with tarfile.open("all.tar.gz", "w:gz") as archive:
        for name in sorted(os.listdir(folder)):
            archive.add(os.path.join(folder, name), arcname=name)
""",
        """
import pathlib, tarfile
def bundle(folder: str) -> None:
    with tarfile.open("all.tar.gz", "w:gz", compresslevel=1) as archive:
        for path in sorted(pathlib.Path(folder).iterdir(), key=lambda path: path.name):
            archive.add(str(path), path.name)
""",
        (("arcname=name", "arcname='x' + name"), ("w:gz", "w")),
    ),
    "zip-comment": Way(
        """
import zipfile
def pack(name: str) -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.writestr("name", name)
        archive.comment = b"one"
""",
        """
import zipfile
def pack(name: str) -> None:
    with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"one"
        archive.writestr("name", name)
""",
        (('b"one"', 'b"two"'),),
    ),
    "another-working-folder": Way(
        """
import os, subprocess
def build(target: str) -> int:
    os.chdir("src")
    return subprocess.run(["make", target], cwd="lib").returncode
""",
        """
import os, subprocess
def build(target: str) -> int:
    os.chdir(os.path.abspath("src"))
    return subprocess.call(["make", target], cwd=os.path.join(os.getcwd(), "lib"))
""",
        ((', cwd="lib"', ""), ('"src"', '"."')),
    ),
    "folder-or-file": Way(
        """
import os, subprocess
def clean() -> bool:
    if os.path.isdir("build"):
        subprocess.run(["rm", "-r", "build"])
        return True
    return False
""",
        """
import pathlib, subprocess
def clean() -> bool:
    found = pathlib.Path("build").is_dir()
    return found and not subprocess.call(["rm", "-r", "build"]) * 0
""",
        (("isdir", "exists"), ("isdir", "isfile")),
    ),
    "variables-of-a-copy": Way(
        """
import os, subprocess
def build() -> None:
    env = {**os.environ, "MODE": "release"}
    env.pop("DEBUG", None)
    subprocess.run(["make"], env=env)
""",
        """
import os, subprocess
def build() -> None:
    env = {name: value for name, value in os.environ.items() if name != "DEBUG"}
    subprocess.run(["make"], env=dict(env, MODE="release"))
""",
        (('    env.pop("DEBUG", None)\n', ""), ('"release"', '"debug"')),
    ),
    "variables-that-it-leaves": Way(
        """
import os
def setup(mode: str) -> None:
    os.environ["APP_MODE"] = mode
    os.environ.pop("APP_DEBUG", None)
""",
        """
import os
def setup(mode: str) -> None:
    os.environ.update(APP_MODE=mode)
    if "APP_DEBUG" in os.environ:
        del os.environ["APP_DEBUG"]
""",
        (
            ("APP_MODE", "APP_MODUS"),
            ('    os.environ.pop("APP_DEBUG", None)\n', ""),
            ("= mode", '= mode\n    os.putenv("HIDDEN", "1")'),
        ),
    ),
    "variables-that-it-restores": Way(
        """
import os, subprocess
def build(target: str) -> int:
    return subprocess.run(["make", target], env={**os.environ, "MODE": "x"}).returncode
""",
        """
import os, subprocess
def build(target: str) -> int:
    old = os.environ.get("MODE")
    os.environ["MODE"] = "x"
    try:
        return subprocess.call(["make", target])
    finally:
        os.environ.pop("MODE") if old is None else os.environ.update(MODE=old)
""",
        (("    return", '    os.environ["MODE"] = "y"\n    return'),),
    ),
    "names-of-files": Way(
        """
import os
def tidy(folder: str) -> None:
    for name in sorted(os.listdir(folder)):
        new = os.path.join(folder, name.lower().replace(" ", "_"))
        if not os.path.exists(new):
            os.rename(os.path.join(folder, name), new)
""",
        """
from pathlib import Path
def tidy(folder: str) -> None:
    for path in sorted(Path(folder).iterdir(), key=lambda path: path.name):
        new = path.with_name("_".join(path.name.lower().split(" ")))
        if not new.exists():
            path.rename(new)
""",
        ((".lower()", ""), ("if not os.path.exists(new)", "if True"), ('"_"', '"-"')),
    ),
    "files-that-it-takes-away": Way(
        """
import os
def drop(path: str) -> None:
    os.link(path, "kept")
    os.unlink(path)
""",
        """
import pathlib
def drop(path: str) -> None:
    pathlib.Path("kept").hardlink_to(path)
    pathlib.Path(path).unlink()
""",
        (("    os.unlink(path)\n", ""), ("os.link(", "os.symlink(")),
    ),
    "ends-of-lines": Way(
        """
def to_unix(path: str) -> int:
    with open(path, "rb") as file:
        data = file.read()
    fixed = data.replace(b"\\r\\n", b"\\n")
    with open(path, "wb") as file:
        file.write(fixed)
    return len(data) - len(fixed)
""",
        """
import pathlib, re
def to_unix(path: str) -> int:
    fixed, count = re.subn(rb"\\r\\n", b"\\n", pathlib.Path(path).read_bytes())
    pathlib.Path(path).write_bytes(fixed)
    return count
""",
        (('b"\\r\\n"', 'b"\\r"'), ("file.write(fixed)", "file.write(data)")),
    ),
    "relative-or-absolute": Way(
        """
from pathlib import Path
def note(folder: str, text: str) -> None:
    base = Path(folder)
    base.mkdir(parents=True, exist_ok=True)
    (base / "notes.md").write_text(text, encoding="utf-8")
""",
        """
from pathlib import Path
def note(folder: str, text: str) -> None:
    base = Path.cwd() / folder
    base.mkdir(parents=True, exist_ok=True)
    (base.resolve() / "notes.md").write_text(text, encoding="utf-8")
""",
        (('"notes.md"', '"Notes.md"'), ('"utf-8"', '"utf-16"')),
    ),
    "script": Way(
        """
import subprocess
status = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True)
files = [line[3:] for line in status.stdout.splitlines()]
with open("changed.txt", "w") as file:
    file.write("\\n".join(files))
result = {"count": len(files), "ok": status.returncode == 0}
""",
        """
import pathlib, subprocess
def git(*words):
    return subprocess.run(["git", *words], stdout=-1, stderr=-1, text=True)
status = git("status", "--porcelain")
names = [line[3:] for line in status.stdout.splitlines()]
pathlib.Path("changed.txt").write_text("\\n".join(names))
result = {"ok": not status.returncode, "count": len(names)}
""",
        (("line[3:]", "line[2:]"), ("== 0", "!= 0"), ("changed.txt", "change.txt")),
    ),
    "script-without-a-result": Way(
        """
import os, shutil
os.makedirs("dist", exist_ok=True)
for name in sorted(os.listdir("src")):
    if name.endswith(".py"):
        shutil.copy(os.path.join("src", name), "dist")
print("copied")
""",
        """
import os, shutil
os.makedirs("dist", exist_ok=True)
[shutil.copy("src/" + name, "dist") for name in sorted(os.listdir("src")) if name[-3:] == ".py"]
print("copied")
""",
        ((".py", ".pyc"), ('"copied"', '"done"'), ('if name.endswith(".py")', "if True")),
    ),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    needs_worlds()
    with Engine(Settings(max_examples=40, shrink_time=0.2, evidence="off"), Policy()) as engine:
        yield engine


def outcome(engine: Engine, way: Way, code: str) -> Outcome:
    procedure = Procedure(id=1, name="acting", code=way.procedure)
    dream = Dream(id=1, code=code, dream_type="x", procedure=procedure, contract=Contract.EQUIVALENT)
    verdict = engine.test(dream)
    assert verdict.outcome is not Outcome.UNTESTABLE, verdict.text
    return verdict.outcome


@pytest.mark.parametrize("name", WAYS)
def test_right_dreams_pass_and_wrong_ones_fail(engine: Engine, name: str) -> None:
    way = WAYS[name]
    assert outcome(engine, way, way.right) is Outcome.SUCCESS
    for old, new in way.wrong:
        assert old in way.procedure
        assert outcome(engine, way, way.procedure.replace(old, new)) is Outcome.FAILURE, (old, new)
