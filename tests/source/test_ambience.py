"""What results of code may depend on besides its arguments."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.source.ambience import (
    ON_ADDRESS,
    ON_CLOCK,
    ON_MACHINE,
    ON_MEMORY,
    ON_RANDOM,
    ON_TEXTS,
    ambience,
)

STEADY = {
    "arguments alone": "def f(x):\n    y = []\n    y.append(x)\n    y[0] = 2\n    return y\n",
    "a table": "TABLE = {1: 2}\ndef f(n):\n    return TABLE.get(n, TABLE[1])\n",
    "a parameter of such a name": "def f(id, hash):\n    return id + hash\n",
    "paths": "import os\nfrom os.path import join\ndef f(a):\n    return os.path.join(a, os.sep) + join(a)\n",
    "limits": "import sys\ndef f(n):\n    return min(n, sys.maxsize)\n",
    "dates of arguments": "import datetime\ndef f(n):\n    return datetime.date(n, 1, 1).isoformat()\n",
    "names from a namespace": "from uuid import UUID, uuid5\ndef f(n, s):\n    return uuid5(UUID(n), s)\n",
    "a cache of functools": "import functools\n@functools.cache\ndef f(n):\n    return n\n",
    "a cache of its own": "KNOWN = {}\ndef f(n):\n    if n not in KNOWN:\n        KNOWN[n] = n + 1\n"
    "    return KNOWN[n]\n",
    "a closure": "def f(xs):\n    seen = set()\n    def g(x):\n        nonlocal_ = seen.add(x)\n"
    "        return nonlocal_\n    return [g(x) for x in xs]\n",
    "an object of its own": "class C:\n    def __init__(self):\n        self.n = 0\n    def up(self):\n"
    "        self.n += 1\ndef f():\n    c = C()\n    c.up()\n    c.n += 1\n    return c.n\n",
    "no Python": "def f(:\n",
}
UNSTEADY = {
    "random": ("import random\ndef f():\n    return random.random()\n", ON_RANDOM),
    "random under another name": ("import random as r\ndef f():\n    return r.random()\n", ON_RANDOM),
    "random by from": ("from secrets import choice\ndef f(x):\n    return choice(x)\n", ON_RANDOM),
    "random in a function": ("def f():\n    import random\n    return random.random()\n", ON_RANDOM),
    "the clock": ("import time\ndef f():\n    return time.time()\n", ON_CLOCK),
    "today": ("from datetime import date\ndef f():\n    return date.today()\n", ON_CLOCK),
    "now": ("import datetime as d\ndef f():\n    return d.datetime.now()\n", ON_CLOCK),
    "the process": ("import os\ndef f():\n    return os.getpid()\n", ON_MACHINE),
    "an environment": ("from os import environ\ndef f():\n    return environ\n", ON_MACHINE),
    "sizes": ("import sys\ndef f(x):\n    return sys.getsizeof(x)\n", ON_MACHINE),
    "hash": ("def f(x):\n    return hash(x)\n", ON_ADDRESS),
    "id": ("def f(x):\n    return min(x, key=id)\n", ON_ADDRESS),
    "a list of calls": ("CALLS = []\ndef f(x):\n    CALLS.append(x)\n    return len(CALLS)\n", ON_MEMORY),
    "a global": ("n = 0\ndef f():\n    global n\n    n += 1\n    return n\n", ON_MEMORY),
    "a default": ("def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)\n", ON_MEMORY),
    "a default by keyword": ("def f(x, *, n={'n': 0}):\n    n['n'] += 1\n    return n\n", ON_MEMORY),
    "an attribute": ("def f():\n    f.n = getattr(f, 'n', 0) + 1\n    return f.n\n", ON_MEMORY),
    "a class": ("class C:\n    n = 0\ndef f():\n    C.n += 1\n    return C.n\n", ON_MEMORY),
    "a counter": ("import itertools\nC = itertools.count()\ndef f():\n    return next(C)\n", ON_MEMORY),
    "a cache that is counted": ("K = {}\ndef f(n):\n    K[n] = 1\n    return len(K)\n", ON_MEMORY),
    "a slot": ("K = {}\ndef f(n):\n    K['n'] = K.get('n', 0) + 1\n    return K['n']\n", ON_MEMORY),
    "a module": ("import math\ndef f(n):\n    math.n = n\n    return n\n", ON_MEMORY),
    "globals": ("def f(n):\n    globals()['n'] = n\n", ON_MEMORY),
    "code": ("def f(n):\n    return eval('n')\n", ON_TEXTS),
    "an import of a name": ("def f(n):\n    return __import__('ti' + 'me').time()\n", ON_TEXTS),
}


@pytest.mark.parametrize("code", STEADY.values(), ids=STEADY.keys())
def test_what_depends_on_arguments_alone(code: str) -> None:
    assert ambience(code) == frozenset()


@pytest.mark.parametrize(("code", "word"), UNSTEADY.values(), ids=UNSTEADY.keys())
def test_what_depends_on_more(code: str, word: str) -> None:
    assert word in ambience(code)
