"""Attempts to read, change or leave files."""

from __future__ import annotations

from .attack import Attack

DENIED = ("raised PermissionError", "raised FileNotFoundError", "raised OSError", "raised NotADirectoryError")


def _attack(name: str, body: str, *, ends: tuple[str, ...] = DENIED) -> Attack:
    code = (
        f"import os\ndef attack(where):\n    secret, target = where['secret'], where['target']\n    {body}\n"
    )
    return Attack(name=name, code=code, ends=ends)


FILES = (
    _attack("read a secret", "return open(secret).read()"),
    _attack("read a secret by its descriptor", "return os.read(os.open(secret, os.O_RDONLY), 100)"),
    _attack("list a folder", "return os.listdir(os.path.dirname(secret))"),
    _attack("walk up from the working folder", "return open('../' * 30 + secret).read()"),
    _attack(
        "walk in from a bare handle",
        "handle = os.open(os.path.dirname(secret), os.O_PATH)\n"
        "    return os.read(os.open('secret', os.O_RDONLY, dir_fd=handle), 99)",
    ),
    _attack("read through /proc/self/root", "return open('/proc/self/root' + secret).read()"),
    _attack("read the parent's environment", "return open(f'/proc/{where[\"parent\"]}/environ').read()"),
    _attack("read the parent's memory", "return open(f'/proc/{where[\"parent\"]}/mem', 'rb').read(1)"),
    _attack("read the parent's files", "return os.listdir(f'/proc/{where[\"parent\"]}/fd')"),
    _attack("read the fork server's memory", "return open(f'/proc/{os.getppid()}/mem', 'rb').read(1)"),
    _attack("write to its own memory", "open('/proc/self/mem', 'r+b').write(b'x')"),
    _attack("read the accounts", "return open('/etc/passwd').read()"),
    _attack("read the kernel's log", "return os.open('/dev/kmsg', os.O_RDONLY)"),
    _attack(
        "read a disk", "return [os.open(d, os.O_RDONLY) for d in ('/dev/vda', '/dev/sda', '/dev/nvme0n1')]"
    ),
    _attack("overwrite a file", "open(target, 'w').write('owned')"),
    _attack("append to a file", "open(target, 'a').write('owned')"),
    _attack("truncate a file", "os.truncate(target, 0)"),
    _attack("replace a file", "os.replace(target, target + '.old')"),
    _attack("delete a file", "os.unlink(target)"),
    _attack("create a file", "open(target + '.new', 'w')"),
    _attack("create a file without a name", "os.open(os.path.dirname(target), os.O_TMPFILE | os.O_RDWR)"),
    _attack("create a folder", "os.mkdir(target + '.folder')"),
    _attack("create a pipe with a name", "os.mkfifo(target + '.pipe')"),
    _attack("create a device", "os.mknod(target + '.device', 0o20666, os.makedev(1, 1))"),
    _attack("link to a file", "os.link(target, target + '.link')"),
    _attack("link to a file by name", "os.symlink('/etc', target + '.symlink')"),
    _attack("change a file's mode", "os.chmod(target, 0o777)"),
    _attack("change the mode of an open file", "os.fchmod(os.open(os.__file__, os.O_RDONLY), 0o644)"),
    _attack("change a file's owner", "os.chown(target, 12345, 12345)"),
    _attack("change a file's times", "os.utime(target, (0, 0))"),
    _attack("change a file's attributes", "os.setxattr(target, 'user.owned', b'1')"),
    _attack("write into the working folder", "open('left-behind', 'w').write('here')"),
    _attack("write into the temporary folder", "open(f'/tmp/{where[\"mark\"]}', 'w').write('here')"),
    _attack("write into shared memory", "open(f'/dev/shm/{where[\"mark\"]}', 'w').write('here')"),
    _attack("write into the standard library", "open(os.__file__ + where['mark'], 'w').write('here')"),
    _attack(
        "lock a file that others read",
        "import fcntl; fcntl.flock(os.open(os.__file__, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)",
    ),
    _attack(
        "lock a part of a file that others read",
        "import fcntl; fcntl.lockf(os.open(os.__file__, os.O_RDONLY), fcntl.LOCK_SH | fcntl.LOCK_NB)",
    ),
    _attack("change the root folder", "os.chroot('/')"),
    _attack(
        "find out a secret's size",  # a documented leak: Landlock does not cover stat
        "return os.stat(secret).st_size",
        ends=(*DENIED, "returned"),
    ),
    _attack(
        "find out where a link leads",  # another one: it does not cover readlink either
        "return os.readlink('/bin')",
        ends=(*DENIED, "returned"),
    ),
)
