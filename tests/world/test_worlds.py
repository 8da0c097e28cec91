"""Worlds: what calls leave in a file tree of their own is seen from outside, and nothing else is reached."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pytest_athena_dreams.models import Observation, ObservationKind
from pytest_athena_dreams.sandbox.client import SandboxPair, Source
from pytest_athena_dreams.sandbox.runner import Runner
from pytest_athena_dreams.world.acts import Acts
from pytest_athena_dreams.world.tree import TooMuch, changes, fill, read
from pytest_athena_dreams.worlds import EMPTY, FOLDER, Entry, World, attached, detached, planted

WORLD = planted([("a.txt", Entry(content=b"hello")), ("x/y", Entry(content=b"1", mode=0o600))])


def act(jail: SandboxPair, body: str, world: World = WORLD, times: int = 1) -> list[Observation]:
    code = f"import os, shutil, sqlite3, tempfile, threading, time\ndef f():\n    {body}\n"
    source = Source(code=code, entry_point="f", audited=True, acts=True)
    with Runner(jail, source) as runner:
        return runner.run([attached(pickle.dumps(((), {}), 5), world)] * times, timeout=60)


def left(jail: SandboxPair, body: str) -> dict[str, Entry | None]:
    (seen,) = act(jail, body)
    assert seen.kind is ObservationKind.RETURNED, seen
    assert seen.files is not None
    return seen.files


def test_a_payload_carries_its_world() -> None:
    payload = pickle.dumps(((1,), {}), 5)
    assert detached(attached(payload, WORLD)) == (payload, WORLD)
    assert detached(payload) == (payload, EMPTY)


def test_a_folder_holds_a_world_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "link").symlink_to("/etc")
    fill(str(tmp_path), WORLD)
    assert read(str(tmp_path)) == WORLD.files
    assert changes(str(tmp_path), WORLD) == {}
    assert Path("/etc").is_dir()


def test_links_are_seen_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "l").symlink_to("/etc/passwd")
    assert read(str(tmp_path)) == {"l": Entry(kind="link", content=b"/etc/passwd", mode=0o777)}


def test_a_sparse_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(TooMuch):
        read(str(tmp_path))


def test_acts_stay_in_their_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.write_text("")
    outside.chmod(0o644)
    (inside / "up").symlink_to("..")
    (inside / "file").symlink_to("../out")
    acts = Acts(str(inside), 100)
    assert acts.change_mode(str(outside), 0o600)
    assert acts.change_mode(f"{inside}/../out", 0o600)
    assert acts.change_mode(f"{inside}/up/out", 0o600)
    assert acts.change_mode(f"{inside}/file", 0o600)
    assert acts.change_times(f"{inside}/file", (0, 0))
    assert acts.cut(f"{inside}/file", 1)
    assert acts.make_name(f"{inside}/up/out", f"{inside}/name")
    assert acts.make_link("x", f"{inside}/up/new")
    assert outside.stat().st_mode & 0o777 == 0o644
    assert sorted(path.name for path in inside.iterdir()) == ["file", "up"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("open('b', 'w').write('2')", {"b": Entry(content=b"2")}),
        ("os.remove('a.txt')", {"a.txt": None}),
        ("shutil.rmtree('x')", {"x": None, "x/y": None}),
        ("os.chmod('a.txt', 0o700)", {"a.txt": Entry(content=b"hello", mode=0o700)}),
        ("os.fchmod(os.open('a.txt', 0), 0o700)", {"a.txt": Entry(content=b"hello", mode=0o700)}),
        ("shutil.copy2('x/y', 'z')", {"z": Entry(content=b"1", mode=0o600)}),
        ("os.symlink('a.txt', 'l')", {"l": Entry(kind="link", content=b"a.txt", mode=0o777)}),
        ("os.link('a.txt', 'n')", {"n": Entry(content=b"hello")}),
        ("os.truncate('a.txt', 1)", {"a.txt": Entry(content=b"h")}),
        ("os.makedirs('q/r')", {"q": FOLDER, "q/r": FOLDER}),
        ("os.chdir('x'); open('../t', 'w').close()", {"t": Entry()}),
        ("sqlite3.connect('d.db').execute('pragma user_version').fetchall()", {"d.db": Entry()}),
        ("os.mkdir('q', 0); os.chmod('x', 0); os.chmod('.', 0)", {"q": FOLDER}),
        ("os.close(tempfile.mkstemp()[0]); shutil.rmtree(tempfile.mkdtemp())", None),
    ],
)
def test_what_a_call_does_to_files_is_seen(
    jail: SandboxPair, body: str, expected: dict[str, Entry | None] | None
) -> None:
    found = left(jail, body)
    if expected is None:
        assert [entry and (entry.kind, entry.mode) for entry in found.values()] == [("file", 0o600)]
    else:
        assert found == expected


def test_each_call_has_a_world_of_its_own(jail: SandboxPair) -> None:
    append = "open('n', 'a').write(os.environ['X'])"
    body = f"os.environ['X'] = '1' + os.environ.get('X', ''); {append}; os.chdir('x')"
    assert [one.files for one in act(jail, body, times=3)] == [{"n": Entry(content=b"1")}] * 3


@pytest.mark.parametrize(
    "body",
    [
        "os.chmod('/etc/passwd', 0o777)",
        "os.symlink('/etc', 'e'); os.chmod('e/passwd', 0o777)",
        "os.link('/etc/passwd', 'p')",
        "os.mkfifo('p')",
        "os.mknod('d', 0o20666, 259)",
        "os.fchmod(os.open(os.__file__, 0), 0o777)",
        "os.rename('a.txt', '../a.txt')",
        "os.symlink(os.path.dirname(os.getcwd()), 'up'); open('up/new', 'w')",
        "os.truncate('a.txt', 1 << 50)",
        "os.utime('/etc/passwd')",
    ],
)
def test_nothing_outside_is_reached(jail: SandboxPair, body: str) -> None:
    (seen,) = act(jail, body)
    assert seen.raised is not None
    assert "OSError" in seen.raised.bases


def test_a_dream_cannot_forge_what_it_left(jail: SandboxPair) -> None:
    """Whatever it replaces in its process, the parent looks itself."""
    found = left(jail, "open('a.txt', 'w').close(); os.scandir = os.listdir = os.stat = lambda *_: []")
    assert found == {"a.txt": Entry()}


def test_a_tree_of_many_files_is_a_verdict(jail: SandboxPair) -> None:
    (seen,) = act(jail, "[open(f'f{n}', 'w').close() for n in range(6000)]")
    assert seen.kind is ObservationKind.DIED


def test_a_deep_tree_is_a_verdict(jail: SandboxPair) -> None:
    (seen,) = act(jail, "[(os.mkdir('d'), os.chdir('d')) for n in range(200)]")
    assert seen.kind is ObservationKind.DIED
