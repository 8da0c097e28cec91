"""What a procedure does to files, by commands and by HTTP is compared, where no returned value shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Dream, Outcome, Procedure, Verdict
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine
from tests.dreams import needs_worlds

ROTATE = """
import os
def rotate(path: str) -> bool:
    if not os.path.exists(path):
        return False
    os.rename(path, path + ".1")
    {after}
    return True
"""
RIGHT = """
import os, tempfile
def rotate(path: str) -> bool:
    if not os.path.exists(path):
        return False
    descriptor, spare = tempfile.mkstemp()
    os.close(descriptor)
    try:
        os.replace(path, f"{path}.1")
    finally:
        os.unlink(spare)
    return True
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    needs_worlds()
    settings = Settings(max_examples=30, shrink_time=1.0, evidence="off", effects="auto")
    with Engine(settings, Policy()) as engine:
        yield engine


def verdict(engine: Engine, code: str) -> Verdict:
    return tried(engine, ROTATE.format(after="pass"), code)


def tried(engine: Engine, base: str, code: str) -> Verdict:
    procedure = Procedure(id=1, name="f", code=base)
    dream = Dream(id=1, code=code, dream_type="x", procedure=procedure, contract=Contract.EQUIVALENT)
    return engine.test(dream)


def test_other_means_to_the_same_files_pass(engine: Engine) -> None:
    assert verdict(engine, RIGHT).outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    "after",
    ["open(path, 'w').close()", "open('rotated', 'w').close()", "os.chmod(path + '.1', 0o400)"],
    ids=["file-left", "one-more-file", "mode"],
)
def test_other_files_fail_with_the_smallest_world(engine: Engine, after: str) -> None:
    found = verdict(engine, ROTATE.format(after=after))
    assert (found.outcome, found.category) == (Outcome.FAILURE, Category.LOGIC)
    assert found.faults[0].summary.startswith("left other files behind: ")
    assert found.faults[0].world in {(f"{name}: empty",) for name in ("a.1", "a.txt", "data/b.1")}


LINES = "from pathlib import Path\ndef lines({head}):\n    with open({path}) as f:\n        return {count}\n"
HEADS = {
    "no-annotation": ("path", "path"),
    "path": ("path: Path", "path"),
    "path-or-none": ("path: Path | None = None", "path or 'a.txt'"),
    "text-or-path": ("path: str | Path", "path"),
    "folder-and-name": ("folder: Path, name: str = 'a.txt'", "folder / name"),
}


@pytest.mark.parametrize(("head", "path"), HEADS.values(), ids=HEADS)
def test_paths_of_any_type_lead_to_files(engine: Engine, head: str, path: str) -> None:
    code = LINES.format(head=head, path=path, count="len(f.readlines())")
    assert tried(engine, code, code + "# a copy\n").outcome is Outcome.SUCCESS
    wrong = LINES.format(head=head, path=path, count="len(f.read().split('\\n'))")
    assert tried(engine, code, wrong).category is Category.LOGIC


CLEAN = """
import os
def clean(folder: str) -> None:
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name.endswith(".txt") and os.path.isfile(path):
            os.remove(path)
"""


def test_folders_also_hold_files_of_other_names_than_those_that_the_code_looks_for(engine: Engine) -> None:
    assert tried(engine, CLEAN, CLEAN.replace('".txt"', '""')).category is Category.LOGIC


SETTING = """
import configparser
def setting(section: str, key: str) -> str | None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read("app.ini")
    return parser.get(section, key, fallback=None)
"""


def test_files_that_a_library_opens_are_in_the_world(engine: Engine) -> None:
    assert tried(engine, SETTING, SETTING + "# a copy\n").outcome is Outcome.SUCCESS
    assert tried(engine, SETTING, SETTING.replace("app.ini", "other.ini")).outcome is Outcome.FAILURE


def test_a_pass_counts_the_effects_that_it_compared(engine: Engine) -> None:
    code = "import os\ndef f(n: int) -> None:\n    os.system('git fetch')\n    open('a', 'w').write(str(n))\n"
    found = tried(engine, code, code + "# a copy\n")
    files, commands = (part.split()[0] for part in (found.figures.effects or "").split(", "))
    assert int(commands) == found.accepted
    assert found.accepted / 2 < int(files) <= found.accepted  # some worlds hold that file already
    assert tried(engine, code, code.replace("fetch", "pull")).figures.effects is None
    idle = "import os\ndef f(n: int) -> bool:\n    return os.path.exists('a.txt')\n"
    assert tried(engine, idle, idle + "# a copy\n").figures.effects == "none"
    pure = "def f(n: int) -> int:\n    return n + 1\n"
    assert tried(engine, pure, pure.replace("n + 1", "1 + n")).figures.effects is None


def test_pure_code_has_no_world(engine: Engine) -> None:
    procedure = Procedure(id=2, name="f", code="def f(n: int) -> int:\n    return n + 1\n")
    reference = engine.reference(procedure)
    assert not reference.source.acts
    assert all(arguments.world is None for arguments in reference.pool.inputs.values())


def outcome_of(
    engine: Engine, procedure: str, dream: str, contract: Contract = Contract.EQUIVALENT
) -> Verdict:
    known = Procedure(id=1, name="acting", code=procedure)
    found = Dream(id=1, code=dream, dream_type="x", procedure=known, contract=contract)
    return engine.test(found)


PUBLISH = """
import subprocess
def publish(branch: str) -> str:
    status = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True)
    if status.stdout.strip():
        return "dirty"
    subprocess.run(["git", "fetch", "origin"], capture_output=True)
    subprocess.run(["ruff", "check", "."])
    pushed = subprocess.run(["git", "push", "origin", branch], capture_output=True, text=True)
    return "pushed" if pushed.returncode == 0 else pushed.stderr
"""
PUBLISH_RIGHT = """
import os, subprocess
def git(*words):
    done = subprocess.Popen(["git", *words], stdout=-1, stderr=-1, text=True)
    return done.communicate()[0], done
def publish(branch: str) -> str:
    if git("status", "--porcelain")[0].strip():
        return "dirty"
    os.system("ruff check .")
    git("fetch", "origin")
    words = f"git push origin '{branch}'" if branch.isalnum() else ["git", "push", "origin", branch]
    pushed = subprocess.run(words, shell=branch.isalnum(), capture_output=True, text=True)
    return pushed.stderr if pushed.returncode else "pushed"
"""


def test_other_means_to_the_same_commands_pass(engine: Engine) -> None:
    found = outcome_of(engine, PUBLISH, PUBLISH_RIGHT, Contract.SUPERSET)
    assert found.outcome is Outcome.SUCCESS, found.faults


@pytest.mark.parametrize(
    ("effects", "code", "outcome"),
    [
        ("ordered", PUBLISH_RIGHT, Outcome.FAILURE),
        ("per-target", PUBLISH_RIGHT, Outcome.SUCCESS),
        ("per-target", PUBLISH.replace('"fetch", "origin"', '"fetch"'), Outcome.FAILURE),
        ("final", PUBLISH.replace('"fetch", "origin"', '"fetch"'), Outcome.SUCCESS),
        ("final", PUBLISH.replace('"pushed"', '"done"'), Outcome.FAILURE),
    ],
)
def test_the_setting_says_how_requests_are_compared(
    engine: Engine, effects: str, code: str, outcome: Outcome
) -> None:
    settings = Settings(max_examples=30, shrink_time=0.2, evidence="off", effects=effects)
    with Engine(settings, Policy()) as other:
        found = outcome_of(other, PUBLISH, code, Contract.SUPERSET)
    assert found.outcome is outcome
    assert ("--athena-effects is final" in (found.figures.not_compared or "")) == (effects == "final")


@pytest.mark.parametrize(
    ("old", "new", "summary"),
    [
        ('"push", "origin"', '"push", "--force", "origin"', "ran `git push --force origin"),
        ("if status.stdout.strip():", "if False:", ""),
        ('["git", "fetch", "origin"]', '["git", "fetch"]', "ran `git fetch`, not `git fetch origin`"),
        ('    subprocess.run(["ruff", "check", "."])\n', "", "did not run `ruff check .`"),
        ("if pushed.returncode == 0", "if True", ""),
    ],
    ids=["option", "condition", "argument", "missing", "status"],
)
def test_other_commands_fail(engine: Engine, old: str, new: str, summary: str) -> None:
    found = outcome_of(engine, PUBLISH, PUBLISH.replace(old, new))
    assert (found.outcome, found.category) == (Outcome.FAILURE, Category.LOGIC)
    assert found.faults[0].summary.startswith(summary)


REPORT = """
import json
import urllib.request
def report(name: str, count: int) -> int:
    data = json.dumps({"name": name, "count": count}).encode()
    headers = {"Content-Type": "application/json", "X-Client": "a"}
    request = urllib.request.Request("https://api.example.org/counts", data, headers)
    with urllib.request.urlopen(request, timeout=5) as reply:
        return json.load(reply)["id"]
"""
REPORT_RIGHT = """
import http.client, json, urllib.error
def report(name: str, count: int) -> int:
    peer = http.client.HTTPSConnection("api.example.org", timeout=5)
    try:
        headers = {"content-type": "application/json; charset=utf-8", "x-client": "a"}
        peer.request("POST", "/counts", json.dumps({"count": count, "name": name}), headers)
        reply = peer.getresponse()
    except OSError as exc:
        raise exc if isinstance(exc, ConnectionResetError) else urllib.error.URLError(exc)
    if reply.status >= 300:
        raise urllib.error.HTTPError("", reply.status, "", {}, None)
    return json.loads(reply.read())["id"]
"""


def test_other_means_to_the_same_requests_pass(engine: Engine) -> None:
    found = outcome_of(engine, REPORT, REPORT_RIGHT, Contract.SUPERSET)
    assert found.outcome is Outcome.SUCCESS, found.faults


@pytest.mark.parametrize(
    ("old", "new", "summary"),
    [
        ('"count": count', '"number": count', "with another body: "),
        (
            "data, headers)",
            'data, headers, method="PUT")',
            "sent `PUT https://api.example.org/counts`, not `POST ",
        ),
        (', "X-Client": "a"', "", "with another header: x-client is missing, not 'a'"),
        ("    with", "    urllib.request.urlopen(request)\n    with", "also sent again `POST"),
    ],
    ids=["body", "method", "header", "twice"],
)
def test_other_requests_fail(engine: Engine, old: str, new: str, summary: str) -> None:
    found = outcome_of(engine, REPORT, REPORT.replace(old, new))
    assert (found.outcome, found.category) == (Outcome.FAILURE, Category.LOGIC)
    assert summary in found.faults[0].summary


KEEP = """
import os
def keep(name: str, value: int) -> None:
    with open(name + ".json", "{mode}") as file:
        file.write(str(value))
"""


def test_what_an_earlier_call_left_is_met(engine: Engine) -> None:
    """A name that only the procedure knows: no world would be drawn with a file of this name."""
    found = outcome_of(engine, KEEP.format(mode="w"), KEEP.format(mode="a"))
    assert found.outcome is Outcome.FAILURE
    assert found.faults[0].summary.startswith("left other files behind: ")


RECORD = """
import sqlite3
def record(path: str, name: str) -> int:
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE IF NOT EXISTS seen (name TEXT)")
    {insert}
    {end}
    (count,) = base.execute("SELECT COUNT(*) FROM seen").fetchone()
    base.close()
    return count
"""
INSERT = 'base.execute("INSERT INTO seen VALUES (?)", (name,))'


def test_databases_are_compared_by_their_rows(engine: Engine) -> None:
    right = RECORD.format(
        insert="base.execute('INSERT INTO seen VALUES (1)'); base.commit(); "
        "base.execute('UPDATE seen SET name = ? WHERE rowid = last_insert_rowid()', (name,))",
        end="base.execute('PRAGMA optimize'); base.commit()",
    )
    procedure = RECORD.format(insert=INSERT, end="base.commit()")
    assert outcome_of(engine, procedure, right).outcome is Outcome.SUCCESS
    assert outcome_of(engine, procedure, RECORD.format(insert=INSERT, end="pass")).outcome is Outcome.FAILURE


def test_seconds_slept_are_compared_under_equivalent_alone(engine: Engine) -> None:
    code = "import time\ndef f(n: int) -> int:\n    time.sleep({})\n    return n\n"
    longer, shorter = code.format(30), code.format("20 + 10 * (n > 2)")
    found = outcome_of(engine, longer, shorter)
    assert found.outcome is Outcome.FAILURE
    assert found.faults[0].summary == "slept for another time"
    assert outcome_of(engine, longer, shorter, Contract.SUPERSET).outcome is Outcome.SUCCESS
