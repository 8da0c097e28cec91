"""Numbers and filters: checked against the kernel's headers and by running the filters' own arithmetic."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

import pytest

from pytest_athena_dreams.sandbox.jail import seccomp
from pytest_athena_dreams.sandbox.jail.syscalls import audit_architecture, numbers

HEADERS = {
    "x86_64": ["/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"],
    "aarch64": ["/usr/include/asm-generic/unistd.h"],
}
ALIASES = {"newfstatat": "fstatat"}
MACHINES = sorted(HEADERS)


@pytest.mark.parametrize("machine", MACHINES)
def test_numbers_are_those_of_the_headers(machine: str) -> None:
    found = [path for path in map(Path, HEADERS[machine]) if path.exists()]
    if not found:
        pytest.skip("no kernel headers here")
    defined = dict(re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", found[0].read_text(), re.MULTILINE))
    for name, number in numbers(machine).items():
        expected = defined.get(name) or defined.get(ALIASES.get(name, ""))
        if expected is not None:  # headers may be older than the call
            assert int(expected) == number, name


def every_call() -> list[str]:
    texts = (
        seccomp._FREE,
        seccomp.SCRATCH_CALLS,
        seccomp._ATTACKS,
        seccomp.EFFECTS,
        seccomp.OPENS,
        seccomp.LOOKS,
    )
    return " ".join((*texts, seccomp._LAST_CALLS)).split()


@pytest.mark.parametrize("machine", MACHINES)
def test_every_call_in_the_rules_has_a_number_somewhere(machine: str) -> None:
    everywhere = numbers("x86_64") | numbers("aarch64")
    for name in every_call():
        assert name in everywhere


def decide(
    program: seccomp.Program, machine: str, number: int, *arguments: int, foreign: bool = False
) -> int:
    """Run a filter as the kernel does."""
    architecture = audit_architecture(machine) ^ (1 if foreign else 0)
    words = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=IIQ6Q", number, architecture, 0, *(word & (2**64 - 1) for word in words))
    accumulator, at = 0, 0
    while True:
        code, true, false, operand = program[at]
        at += 1
        if code == seccomp._LOAD:
            (accumulator,) = struct.unpack_from("=I", data, operand)
        elif code == seccomp._RETURN:
            return operand
        else:
            holds = {
                seccomp._EQUAL: accumulator == operand,
                seccomp._GREATER_EQUAL: accumulator >= operand,
                seccomp._ANY_BIT: bool(accumulator & operand),
            }[code]
            at += true if holds else false


ALLOW, ASK, KILL, REFUSE = seccomp._ALLOW, seccomp._ASK, seccomp._KILL, seccomp._REFUSE
SCOPED = (1 << 32) + 1


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "server", "child"),
    [
        ("read", (), ALLOW, ALLOW),
        ("execve", (), ALLOW, REFUSE),
        ("socket", (2,), ALLOW, REFUSE),
        ("ptrace", (), KILL, ALLOW),
        ("clone", (0x11,), ALLOW, REFUSE),
        ("clone", (0x10000 | 0x3D0F00,), ALLOW, ALLOW),
        ("clone", (0x10000000,), KILL, REFUSE),
        ("clone3", (), seccomp._fail(errno.ENOSYS), ALLOW),
        ("kill", (7, 9), ALLOW, ALLOW),
        ("kill", (8, 9), ALLOW, REFUSE),
        ("kill", (-1, 9), ALLOW, REFUSE),
        ("tgkill", (8, 8, 9), ALLOW, REFUSE),
        ("socketpair", (1,), ALLOW, ALLOW),
        ("socketpair", (2,), REFUSE, ALLOW),
        ("sendto", (0, 0, 0, 0, 0), ALLOW, ALLOW),
        ("sendto", (0, 0, 0, 0, 1), REFUSE, ALLOW),
        ("sendto", (0, 0, 0, 0, 1 << 32), REFUSE, ALLOW),
        ("prlimit64", (0, 0, 0), ALLOW, ALLOW),
        ("prlimit64", (0, 0, 1 << 40), ALLOW, REFUSE),
        ("prctl", (1,), ALLOW, REFUSE),
        ("prctl", (15,), ALLOW, ALLOW),
        ("fcntl", (0, 1), ALLOW, ALLOW),
        ("fcntl", (0, 8), REFUSE, ALLOW),
        ("ioctl", (0, 0x5412), REFUSE, ALLOW),
        ("getsockopt", (0, 1, 77), REFUSE, ALLOW),
        ("openat", (0, 0, 0x42), ALLOW, ALLOW),
        ("unlinkat", (), ALLOW, REFUSE),
        ("sendmsg", (), ALLOW, REFUSE),
        ("mount", (), KILL, ALLOW),
    ],
)
def test_filters_decide(machine: str, name: str, arguments: tuple[int, ...], server: int, child: int) -> None:
    number = numbers(machine)[name]
    long = seccomp.server_filter(machine, read_only=False)
    assert decide(long, machine, number, *arguments) == server
    assert decide(short(machine), machine, number, *arguments) == child


def short(machine: str, *, scratch: bool = False, ask: bool = False, looks: bool = False) -> seccomp.Program:
    """A child's filter, for the process 7."""
    program = seccomp.child_filter(machine, scratch=scratch, ask=ask, looks=looks)
    return [(c, t, f, 7 if o == seccomp.SELF else o) for c, t, f, o in program]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("looks", [False, True])
def test_a_filter_that_asks_lets_nothing_more_through(machine: str, looks: bool) -> None:
    asking, last = short(machine, ask=True, looks=looks), seccomp.last_filter(machine)
    asked = (seccomp.OPENS + looks * f" {seccomp.LOOKS}").split()
    for name in every_call():
        if name in numbers(machine):
            number = numbers(machine)[name]
            refused = decide(short(machine), machine, number, 0x11, 1, 1) == REFUSE
            found = {decide(program, machine, number, 0x11, 1, 1) for program in (asking, last)}
            assert (found == {ALLOW}) is (not refused and name not in asked), name
            assert found <= {ALLOW, ASK, REFUSE}
    assert decide(asking, machine, numbers(machine)["kill"], 8) == ASK
    assert decide(asking, machine, numbers(machine)["sendmsg"]) == ALLOW
    assert decide(last, machine, numbers(machine)["sendmsg"]) == REFUSE


@pytest.mark.parametrize("machine", MACHINES)
def test_without_file_rules_only_reading_is_allowed(machine: str) -> None:
    program = seccomp.server_filter(machine, read_only=True)
    number = numbers(machine)["openat"]
    assert decide(program, machine, number, 0, 0, 0o2000000) == ALLOW
    for flags in (1, 2, 0o100, 0o1000, 0o20200000 | 2):
        assert decide(program, machine, number, 0, 0, flags) == REFUSE


@pytest.mark.parametrize("machine", MACHINES)
def test_scratch_space_allows_names_to_change(machine: str) -> None:
    assert decide(short(machine, scratch=True), machine, numbers(machine)["unlinkat"]) == ALLOW
    assert decide(short(machine, scratch=True), machine, numbers(machine)["fchmodat"]) == REFUSE


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("child", [False, True])
def test_foreign_tables_kill_and_newer_calls_do_not_exist(machine: str, child: bool) -> None:
    program = seccomp.server_filter(machine, read_only=False)
    if child:
        program = short(machine, ask=True)
    assert decide(program, machine, 0, foreign=True) == KILL
    assert decide(program, machine, 0x40000000) == KILL
    assert decide(program, machine, 451) == seccomp._fail(errno.ENOSYS)
    assert len(program) < 4096
    assert all(jump < 256 for _, true, false, _ in program for jump in (true, false))
