"""Commands in a world: each common way to run one works, and the parent's log says what was run."""

from __future__ import annotations

import shlex
import sys

import pytest

from pytest_athena_dreams.models import ObservationKind
from pytest_athena_dreams.sandbox.client import SandboxPair
from pytest_athena_dreams.world.answering import REQUESTS, Answering, TooManyRequests
from pytest_athena_dreams.world.programs import canonical_words, own_words, ran
from pytest_athena_dreams.world.sights import sees
from pytest_athena_dreams.worlds import CommandAnswer, Entry, Request, World, planted

from .kit import acted

GIT = World(
    files=planted([("a.txt", Entry(content=b"hello"))]).files,
    commands=(
        CommandAnswer(words=("git", "status"), outputs=(" M a.py\n",)),
        CommandAnswer(words=("git", "push"), errors="rejected\n", status=1),
        CommandAnswer(words=("poll",), outputs=("1\n", "2\n")),
    ),
    absent=("nope",),
)


PUSHED = ("git", "push")
STATUS = ("git", "status")
ASYNC_EXEC = """
async def g():
  p = await asyncio.create_subprocess_exec('git', 'push', stderr=-1, stdin=-1)
  out, err = await p.communicate(b'x' * 200_000)
  return p.returncode, err.decode()
"""
ASYNC_SHELL = """
async def g():
  p = await asyncio.create_subprocess_shell('git push')
  return await p.wait()
"""
WAYS = {
    "run": (
        "return subprocess.run(['git', 'status'], capture_output=True, text=True).stdout",
        " M a.py\n",
        STATUS,
    ),
    "check": ("return subprocess.run(['git', 'push'], stderr=-1).stderr.decode()", "rejected\n", PUSHED),
    "check_output": (
        "return subprocess.check_output('git status', shell=True, text=True)",
        " M a.py\n",
        STATUS,
    ),
    "call": ("return subprocess.call(['/usr/bin/git', 'push'])", 1, PUSHED),
    "getoutput": ("return subprocess.getstatusoutput('git push')[0]", 1, PUSHED),
    "system": ("return os.waitstatus_to_exitcode(os.system('git push'))", 1, PUSHED),
    "popen": ("return os.popen('git status').read()", " M a.py\n", STATUS),
    "spawn": (
        "return os.waitpid(os.posix_spawn('/usr/bin/git', ['git', 'push'], {}), 0)[1] // 256",
        1,
        PUSHED,
    ),
    "popen-object": (
        "with subprocess.Popen(['git', 'push'], stdout=-1, stderr=-2) as p: return p.stdout.read().decode()",
        "rejected\n",
        PUSHED,
    ),
    "asyncio": (f"{ASYNC_EXEC}return str(asyncio.run(g()))", "(1, 'rejected\\n')", PUSHED),
    "asyncio-shell": (f"{ASYNC_SHELL}return asyncio.run(g())", 1, PUSHED),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_run_a_command_works(jail: SandboxPair, way: str) -> None:
    body, value, words = WAYS[way]
    (seen,) = acted(jail, body, GIT)
    assert (seen.kind, seen.value, seen.refused) == (ObservationKind.RETURNED, value, ())
    assert [request.words for request in seen.requests] == [words]


def test_pipes_between_commands_and_input_are_read_to_their_end(jail: SandboxPair) -> None:
    body = (
        "a = subprocess.Popen(['git', 'status'], stdout=-1)\n"
        "b = subprocess.Popen(['wc', '-l'], stdin=a.stdout, stdout=-1)\n"
        "subprocess.run(['cat'], input='x' * 100_000, text=True)\n"
        "c = subprocess.Popen(['sort'], stdin=-1)\n"
        "c.stdin.write(b'late')\n"
        "c.stdin.close()\n"
        "return [b.communicate()[0], a.wait(), b.wait(), c.wait()]"
    )
    (seen,) = acted(jail, body, GIT)
    assert [request.body for request in seen.requests] == ["", " M a.py\n", "x" * 100_000, "late"]


def test_a_command_that_is_not_installed_is_not_found(jail: SandboxPair) -> None:
    body = (
        "try: subprocess.run(['nope', '-x'])\n"
        "except FileNotFoundError as exc: return [exc.filename, shutil.which('nope'), shutil.which('git'),\n"
        "  subprocess.run('nope', shell=True, stderr=-1).returncode]"
    )
    (seen,) = acted(jail, body, GIT)
    assert seen.value == ["list", ["nope", None, "/usr/bin/git", 127]]


def test_the_log_says_where(jail: SandboxPair) -> None:
    body = "os.mkdir('tmp')\n" + "\n".join(
        f"subprocess.run({command!r}, shell=True, cwd={folder!r})"
        for command, folder in (
            ("git a", None), ("git a", "."), ("git a", "tmp"), ("cd tmp && git a", None),
            ("cd .. && git a", "tmp"), ("git a", "/"), ("cd / && git a", None),
            ("cd /tmp && git a", "tmp"), ("cd .. && git a", None),
        )
    )  # fmt: skip
    (seen,) = acted(jail, body, GIT)
    assert [one.folder for one in seen.requests] == ["", "", "tmp", "tmp", "", "/", "/", "/tmp", ".."]


def test_the_log_says_where_with_which_variables_and_files(jail: SandboxPair) -> None:
    body = (
        "os.makedirs('sub')\n"
        "open('a.txt', 'w').write('new')\n"
        "subprocess.run(['git', 'add', '../a.txt', os.path.join(os.environ['HOME'], 'b')], cwd='sub',\n"
        "  env={**os.environ, 'TAG': 'v1'})\n"
        "open('a.txt', 'w').write('newer')\n"
        "subprocess.run(['git', 'fetch'])\n"
        "subprocess.run([sys.executable, '-m', 'pytest'])\n"
        "subprocess.run(['make'])"
    )
    (seen,) = acted(jail, body, GIT)
    add, fetch, tests, make = seen.requests
    assert add == Request(
        words=("git", "add", "../a.txt", "/world/b"),
        folder="sub",
        details={"TAG": "v1"},
        sees={"a.txt": Entry(content=b"new")},
    )
    assert (fetch.sees, tests.words) == ({}, ("python", "-m", "pytest"))
    assert (tests.sees, make.sees) == ({}, {"a.txt": Entry(content=b"newer")})


def test_a_command_that_waits_for_input_can_be_killed(jail: SandboxPair) -> None:
    body = "p = subprocess.Popen(['cat'], stdin=-1)\nr = p.poll()\np.kill()\nreturn [r, p.wait()]"
    (seen,) = acted(jail, body)
    assert seen.value == ["list", [None, -9]]


def test_output_that_nobody_captures_is_no_output_of_the_call(jail: SandboxPair) -> None:
    (seen,) = acted(
        jail, "subprocess.run(['git', 'status'])\nsubprocess.run(['git', 'push'], stdout=sys.stdout)", GIT
    )
    assert seen.printed is None


def test_output_goes_to_an_open_file(jail: SandboxPair) -> None:
    (seen,) = acted(
        jail, "with open('log', 'w') as f: subprocess.run(['git', 'push'], stdout=f, stderr=f)", GIT
    )
    assert seen.files == {"log": Entry(content=b"rejected\n")}


def test_numbers_and_answers_are_the_same_for_each_call(jail: SandboxPair) -> None:
    body = "p = subprocess.Popen(['poll'], stdout=-1)\nreturn [p.pid, p.communicate()[0]]"
    first, second = acted(jail, body, GIT, times=2)
    assert first.value == second.value


@pytest.mark.parametrize(
    ("words", "canonical"),
    [
        (["/usr/bin/git", "status"], ("git", "status")),
        (["/bin/sh", "-c", " git commit -m 'a b' "], ("git", "commit", "-m", "a b")),
        (["bash", "-c", "git log | wc -l"], ("sh", "-c", "git log | wc -l")),
        (["/bin/sh", "-c", "A=1 git log"], ("sh", "-c", "A=1 git log")),
        (["/bin/sh", "-c", "echo $HOME"], ("sh", "-c", "echo $HOME")),
        ([sys.executable, "-V"], ("python", "-V")),
        (["/usr/bin/python3.12", "-V"], ("python", "-V")),
        (["./run.sh"], ("./run.sh",)),
    ],
)
def test_what_does_not_change_a_command_does_not_count(words: list[str], canonical: tuple[str, ...]) -> None:
    assert canonical_words(words) == canonical


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("git", "push", "origin"), 2),
        (("docker", "compose", "pull", "web"), 3),
        (("python", "-m", "pytest", "-q"), 3),
        (("ls", "-l"), 1),
        (("make",), 1),
    ],
)
def test_the_first_words_say_what_a_command_does(words: tuple[str, ...], count: int) -> None:
    assert own_words(words) == count


def test_the_answer_with_the_most_words_in_common_counts() -> None:
    answers = [("git", "tag", "--list"), ("git", "tag", "-a"), ("git", "push")]
    world = World(commands=tuple(CommandAnswer(words=w, outputs=(" ".join(w),)) for w in answers))
    asked = [
        ("git", "tag", "-a", "v1"),
        ("git", "tag", "-l"),
        ("git", "push", "-f"),
        ("git", "pull"),
        ("ls",),
    ]
    outputs = [ran(Request(words=words), world, 0).out for words in asked]
    assert outputs == ["git tag -a", "git tag --list", "git push", "", ""]


@pytest.mark.parametrize(
    ("line", "path", "known", "seen"),
    [
        ("cat x/a", "x/a", False, True),
        ("cat x", "x/a", False, True),
        ("cat ./y/../x/a", "x/a", False, True),
        ("cat /world/x", "x/a", False, True),
        ("sh -c 'cat x/a|wc'", "x/a", False, True),
        ("git fetch", "x/a", True, False),
        ("git add b", "x/a", True, False),
        ("git add -A", "x/a", False, True),
        ("git commit -m y", "x/a", False, False),
        ("git commit -am x", "x/a", False, True),
        ("docker build -t a .", "x/a", False, True),
        ("pytest -q", "x/a", True, False),
        ("make", "x/a", True, True),
        ("pytest -q", "report.txt", False, False),
        ("pytest -q", "x/a.py", False, True),
        ("python -m pytest tests", "x/a.py", True, False),
        ("ruff check src", "x/a.py", True, False),
        ("ruff check .", "x/a.py", True, True),
        ("npm run build", "report.txt", False, False),
        ("npm run build", "package.json", True, True),
    ],
)
def test_which_files_a_command_can_see(line: str, path: str, known: bool, seen: bool) -> None:
    assert sees(Request(words=tuple(shlex.split(line))), path, known=known) is seen


def test_a_command_in_a_folder_sees_what_is_in_it() -> None:
    request = Request(words=("make",), folder="sub")
    assert sees(request, "sub/Makefile", known=True)
    assert not sees(request, "Makefile", known=True)


def test_a_log_is_bounded() -> None:
    answering = Answering(World(), "/root", dict)
    for _ in range(REQUESTS):
        answering.run(["a"], "/root", {}, "")
    with pytest.raises(TooManyRequests):
        answering.run(["a"], "/root", {}, "")


def test_a_script_of_commands_counts_as_the_commands() -> None:
    answers = (
        CommandAnswer(words=("make",), outputs=("built\n",)),
        CommandAnswer(words=("git", "push"), status=1),
    )
    answering = Answering(World(commands=answers), "/root", dict)
    script = "cd sub && make && git push origin 'a b' && git tag v1"
    number, done = answering.run(["/bin/sh", "-c", script], "/root", {}, "in")
    assert (number, done.out, done.status) == (0, "built\n", 1)
    assert [(one.words, one.folder, one.body) for one in answering.requests] == [
        (("make",), "sub", "in"),
        (("git", "push", "origin", "a b"), "sub", ""),
    ]


@pytest.mark.parametrize("script", ["a | b && c", "a; b", "a && b > c", "a || b", "A=1 b && c", "cd && a"])
def test_other_scripts_stay_whole(script: str) -> None:
    answering = Answering(World(), "/root", dict)
    answering.run(["/bin/sh", "-c", script], "/root", {}, "")
    assert [one.words for one in answering.requests] == [("sh", "-c", script)]
