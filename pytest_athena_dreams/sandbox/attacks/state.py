"""Attempts to leave a trace that the next dream can see."""

from __future__ import annotations

from .attack import Attack


def _attack(name: str, plant: str, look: str, *, imports: str = "builtins, json, os, random, sys") -> Attack:
    return Attack(
        name=name,
        ends=("returned", "raised PermissionError", "raised OSError"),
        code=f"import {imports}\ndef attack(where):\n    {plant}\n",
        sequel=f"import {imports}\ndef attack(where):\n    return 'planted' if {look} else 'clean'\n",
    )


STATE = (
    _attack("a module's attribute", "json.planted = 1", "hasattr(json, 'planted')"),
    _attack("a patched function", "json.dumps = None", "json.dumps is None"),
    _attack("a builtin", "builtins.planted = 1", "hasattr(builtins, 'planted')"),
    _attack("a module", "sys.modules['planted'] = sys", "'planted' in sys.modules"),
    _attack("an import hook", "sys.meta_path.insert(0, None)", "None in sys.meta_path"),
    _attack("a path to import from", "sys.path.insert(0, '/planted')", "'/planted' in sys.path"),
    _attack("an environment variable", "os.environ['PLANTED'] = '1'", "'PLANTED' in os.environ"),
    _attack("the working folder", "os.chdir('/usr/lib')", "os.getcwd() == '/usr/lib'"),
    _attack("a file in the working folder", "open('planted', 'w').close()", "os.path.exists('planted')"),
    _attack("the random numbers", "random.seed(5)", "random.random() != random.Random(0).random()"),
    _attack("a recursion limit", "sys.setrecursionlimit(5000)", "sys.getrecursionlimit() == 5000"),
    _attack("standard output", "os.write(1, b'planted')", "os.lseek(1, 0, os.SEEK_END) > 0"),
    _attack("a mark in the dream's own module", "sys.modules['dream'].planted = 1", "'planted' in globals()"),
    _attack(
        "an exit hook",
        "[atexit.register(print) for _ in range(99)]",
        "atexit._ncallbacks() > 99",
        imports="atexit",
    ),
    _attack("a trace function", "sys.settrace(lambda *a: None)", "sys.gettrace() is not None"),
)
