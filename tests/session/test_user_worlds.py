"""Worlds of the user's own: from a folder or by the hook, and refused clearly where they can't be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_athena_dreams.errors import WorldError
from pytest_athena_dreams.session.user_worlds import UserWorlds, worlds_in
from pytest_athena_dreams.worlds import FOLDER, CommandAnswer, Entry, Reply, ServiceAnswer, World, laid_over
from tests.dreams import READS_SECRET, SECRET, dream, make_store, needs_worlds, verdicts
from tests.session.conftest import Run

COMMANDS = r"""
[[command]]
words = "git status --porcelain"
output = " M a.py\n"

[[command]]
words = ["systemctl", "is-active", "web"]
output = ["activating\n", "active\n"]
status = 3

[[command]]
words = "docker"
absent = true
"""
HTTP = """
[[request]]
url = "https://api.example/v1/jobs"
json = [{ id = 1, state = "done" }]

[[request]]
method = "POST"
url = "https://api.example/v1/jobs"
status = 503
body = "later"
type = "text/plain"

[[request]]
method = "POST"
url = "https://api.example/v1/jobs"
status = 201

[[request]]
url = "https://down.example/"
fault = "refused"
"""
AROUND = r"""
input = "y\n"
arguments = ["--all"]
[variables]
TOKEN = "x"
"""


def fill(folder: Path, **tables: str) -> Path:
    (folder / "files" / "conf").mkdir(parents=True)
    (folder / "files" / "conf" / "app.toml").write_text("a = 1\n")
    script = folder / "files" / "run.sh"
    script.write_bytes(b"#!\xff")
    script.chmod(0o700)
    for name, text in tables.items():
        (folder / f"{name}.toml").write_text(text)
    return folder


def test_a_folder_holds_files_and_answers(tmp_path: Path) -> None:
    world = worlds_in(fill(tmp_path, commands=COMMANDS, http=HTTP, world=AROUND))[""]
    jobs = "https://api.example/v1/jobs"
    assert world == World(
        files={
            "conf": FOLDER,
            "conf/app.toml": Entry(content=b"a = 1\n"),
            "run.sh": Entry(content=b"#!\xff", mode=0o755),
        },
        commands=(
            CommandAnswer(words=("git", "status", "--porcelain"), outputs=(" M a.py\n",)),
            CommandAnswer(
                words=("systemctl", "is-active", "web"), outputs=("activating\n", "active\n"), status=3
            ),
        ),
        absent=("docker",),
        services=(
            ServiceAnswer(method="GET", url=jobs, replies=(Reply(body='[{"id": 1, "state": "done"}]'),)),
            ServiceAnswer(
                method="POST",
                url=jobs,
                replies=(Reply(status=503, body="later", kind="text/plain"), Reply(status=201)),
            ),
            ServiceAnswer(method="GET", url="https://down.example/", fault="refused"),
        ),
        variables={"TOKEN": "x"},
        input="y\n",
        arguments=("--all",),
    )


def test_a_procedure_has_the_whole_folder_and_its_own(tmp_path: Path) -> None:
    fill(tmp_path, commands=COMMANDS)
    own = tmp_path / "deploy" / "files"
    own.mkdir(parents=True)
    (own / "run.sh").write_text("mine")
    found = worlds_in(tmp_path)
    assert set(found) == {"", "deploy"}
    assert found["deploy"].files["run.sh"] == Entry(content=b"mine")
    assert found["deploy"].files["conf"] == FOLDER
    assert found["deploy"].commands == found[""].commands


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("commands.toml", "[[command]]", "missing required field `words` - at `$.command[0]`"),
        ("commands.toml", "[[command]]\nwords = ''", "a command without words in "),
        ("commands.toml", '[[command]]\nwords = "\'"', 'invalid words "\'" in '),
        ("commands.toml", "[[command]]\nword = 'a'", "unknown field `word`"),
        ("http.toml", "[[request]]\nurl = 'http://a/'\nfault = 'x'", "Invalid enum value 'x'"),
        ("commands.toml", "[[command]]\nword = 'a'", "; each [[command]] has words, and may have output, "),
        ("commands.toml", "[[command]]\nwords = 'a'\nstatus = 256", "Expected `int` <= 255"),
        (
            "http.toml",
            "[[request]]\nurl = 'http://a/'\nfault = 'x'",
            'fault ("refused", "broken" or "silent")',
        ),
        ("http.toml", "[[request]]\nurl = 'a'", "Expected `str` matching regex '^https?://'"),
        ("http.toml", "[[request]]\nurl = 'http://a/'\nmethod = 'post'", "at `$.request[0].method`"),
        ("http.toml", "[[request]]\nurl = 'http://a/'\nstatus = 99", "Expected `int` >= 100"),
        ("http.toml", "[[request]]\nurl = 'http://a/'\njson = []\nbody = ''", "has both json and body"),
        ("world.toml", "variables = 3", "Expected `object`, got `int` - at `$.variables`"),
        ("world.toml", "=", "invalid file "),
        ("other.toml", "", "unknown file "),
    ],
)
def test_what_can_not_be_read_is_named(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(WorldError) as raised:
        worlds_in(tmp_path)
    assert says in str(raised.value)
    assert name in str(raised.value)


def test_links_and_large_files_are_refused(tmp_path: Path) -> None:
    files = fill(tmp_path) / "files"
    (files / "link").symlink_to("/etc/passwd")
    with pytest.raises(WorldError, match="link is neither a file nor a folder"):
        worlds_in(tmp_path)
    (files / "link").unlink()
    (files / "large").write_bytes(b"x" * (1 << 19))
    with pytest.raises(WorldError, match="larger than 262144 bytes"):
        worlds_in(tmp_path)
    with pytest.raises(WorldError, match="there is no such folder"):
        worlds_in(tmp_path / "none")


def test_what_is_given_stands_above_what_is_drawn() -> None:
    drawn = World(
        files={"a": Entry(content=b"drawn"), "b": Entry()},
        commands=(CommandAnswer(words=("git",), status=1), CommandAnswer(words=("make",), status=1)),
        absent=("git", "npm"),
        variables={"A": "drawn", "B": "drawn"},
        input="drawn",
        clock=5.0,
    )
    given = World(
        files={"a": FOLDER, "a/c": Entry()},
        commands=(CommandAnswer(words=("git",)),),
        variables={"A": "given"},
        arguments=("given",),
    )
    assert laid_over(drawn, given) == World(
        files={"a": FOLDER, "a/c": Entry(), "b": Entry()},
        commands=(CommandAnswer(words=("git",)), CommandAnswer(words=("make",), status=1)),
        absent=("npm",),
        variables={"A": "given", "B": "drawn"},
        input="drawn",
        arguments=("given",),
        clock=5.0,
    )


@pytest.fixture
def store(pytester: pytest.Pytester) -> Path:
    needs_worlds()
    path = pytester.path / "athena.db"
    make_store(path, dream("wrong", READS_SECRET.replace('"known"', '"new"'), procedure=READS_SECRET))
    return path


def test_without_the_world_a_fault_stays_hidden(run_alone: Run, store: Path) -> None:
    run_alone("--athena-evidence=off")
    assert verdicts(store) == {"wrong": ("success", None)}


def test_the_folder_gives_a_world(run_alone: Run, pytester: pytest.Pytester, store: Path) -> None:
    (pytester.path / "fixtures" / "files").mkdir(parents=True)
    (pytester.path / "fixtures" / "files" / "notes.txt").write_text(SECRET)
    pytester.makeini("[pytest]\nathena_world = fixtures\n")
    result = run_alone("--athena-evidence=off")
    assert verdicts(store) == {"wrong": ("failure", "logic")}
    result.stdout.fnmatch_lines([f"*notes.txt: '{SECRET}'*"])


WRONG = {
    "a text in place of an entry": (
        'World(files={"x": "hello"})',
        "Expected `object`, got `str` - at `$.files",
    ),
    "words as one text": (
        'World(commands=(CommandAnswer(words="git push"),))',
        "Expected `array`, got `str` - at `$.commands[0].words`; expected such as World(files=",
    ),
    "an absolute path": (
        'World(files={"/etc/x": Entry()})',
        "invalid path '/etc/x' in the world for f from the",
    ),
    "a path that leaves": ('World(files={"../x": Entry()})', "invalid path '../x' in the world for f"),
    "large files": (
        'World(files={"x": Entry(content=bytes(300_000))})',
        "have 300000 bytes, more than 262144",
    ),
    "another object": ('World(variables={"A": object()})', "Encoding objects of type object is unsupported"),
}


@pytest.mark.parametrize(("world", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_world_of_the_hook_is_checked(pytester: pytest.Pytester, world: str, says: str) -> None:
    names = {"World": World, "Entry": Entry, "CommandAnswer": CommandAnswer}
    config = pytester.parseconfig()
    hook = type("Hook", (), {"pytest_athena_dreams_world": lambda _, procedure: eval(world, names)})
    config.pluginmanager.register(hook())
    with pytest.raises(WorldError) as raised:
        UserWorlds(config, {})("f")
    assert says in str(raised.value)


def test_folders_above_the_files_of_the_hook_are_there(pytester: pytest.Pytester) -> None:
    class Hook:
        @staticmethod
        def pytest_athena_dreams_world(procedure: str) -> World:
            return World(files={"conf/app.toml": Entry(content=procedure.encode())})

    config = pytester.parseconfig()
    config.pluginmanager.register(Hook())
    found = UserWorlds(config, {})("f")
    assert found == World(files={"conf": FOLDER, "conf/app.toml": Entry(content=b"f")})


HOOK = """
from pytest_athena_dreams.worlds import Entry, World
def pytest_athena_dreams_world(procedure):
    assert procedure == {name!r}
    return World(files={{"notes.txt": Entry(content={secret!r})}})
"""


def test_the_hook_gives_a_world(run_alone: Run, pytester: pytest.Pytester, store: Path) -> None:
    pytester.makeconftest(HOOK.format(name="read", secret=SECRET.encode()))
    run_alone("--athena-evidence=off")
    assert verdicts(store) == {"wrong": ("failure", "logic")}


def test_a_hook_that_gives_no_world_is_an_error(
    run_alone: Run, pytester: pytest.Pytester, store: Path
) -> None:
    pytester.makeconftest("def pytest_athena_dreams_world():\n    return 1\n")
    result = run_alone()
    result.stdout.fnmatch_lines(["WorldError: invalid world for *: expected a *got an object of type int"])
    assert verdicts(store) == {"wrong": (None, None)}
