"""For each transform, sources with a variant that it makes, and sources that it leaves alone."""

from __future__ import annotations

CASES: dict[str, list[tuple[str, str]]] = {
    "iterables": [
        (
            """\
def total(items: list[int]) -> int:
    result = 0
    for item in items:  # one by one
        result += item
    return result
""",
            """\
def total(items: list[int]) -> int:
    if hasattr(items, "__iter__") and not hasattr(items, "__len__"):
        items = list(items)
    result = 0
    for item in items:  # one by one
        result += item
    return result
""",
        ),
    ],
    "indices": [
        (
            """\
def f(xs):
    total = 0
    for i in range(len(xs)):
        total += xs[i]  # each
    return total
""",
            """\
def f(xs):
    total = 0
    for item in xs:
        total += item  # each
    return total
""",
        ),
    ],
    "nothing": [
        (
            """\
def f(text: str) -> list[str]:
    return text.split()
""",
            """\
def f(text: str) -> list[str]:
    if text is None:
        text = ""
    return text.split()
""",
        ),
    ],
    "accumulators": [
        (
            """\
def total(items: list[int]) -> int:
    result = 0
    for item in items:  # one by one
        result += item
    return result
""",
            """\
def total(items: list[int]) -> int:
    # one by one
    result = sum(items)
    return result
""",
        ),
        (
            """\
def f(words):
    text = ''
    for word in words:
        if word:  # not empty
            text += word.strip()
    return text
""",
            """\
def f(words):
    # not empty
    text = "".join(word.strip() for word in words if word)
    return text
""",
        ),
        (
            """\
def f(n):
    found = False
    for i in range(2, n):
        if n % i == 0:
            found = True
    return found
""",
            """\
def f(n):
    found = any(n % i == 0 for i in range(2, n))
    return found
""",
        ),
    ],
    "missing": [
        (
            """\
def f(xs):
    return max(xs)
""",
            """\
def f(xs):
    return max(xs, default=None)
""",
        ),
        (
            """\
def f(xs: list[int]) -> float:
    return sum(xs) / len(xs)
""",
            """\
def f(xs: list[int]) -> float:
    return sum(xs) / (len(xs) or 1)
""",
        ),
        (
            """\
def f(xs: list[int]) -> int:
    return xs[0]
""",
            """\
def f(xs: list[int]) -> int:
    return xs[0] if xs else None
""",
        ),
    ],
    "comprehensions": [
        (
            """\
def f(xs):
    # the even ones
    out = []
    for x in xs:
        if x % 2 == 0:
            out.append(x)
    return out
""",
            """\
def f(xs):
    # the even ones
    out = [x for x in xs if x % 2 == 0]
    return out
""",
        ),
        (
            """\
def f(xs):
    out = {}
    for x in xs:
        out[x] = len(x)
    return out
""",
            """\
def f(xs):
    out = {x: len(x) for x in xs}
    return out
""",
        ),
        (
            """\
def f(xss):
    out = set()
    for xs in xss:
        for x in xs:
            out.add(x)
    return out
""",
            """\
def f(xss):
    out = {x for xs in xss for x in xs}
    return out
""",
        ),
    ],
    "encodings": [
        (
            """\
def f(path):
    with open(path) as file:
        return file.read()
""",
            """\
def f(path):
    with open(path, errors="replace") as file:
        return file.read()
""",
        ),
    ],
    "suppressions": [
        (
            """\
import os


def f(path):
    os.remove(path)  # now
    return path
""",
            """\
import os
import contextlib


def f(path):
    # now
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)
    return path
""",
        ),
        (
            """\
import os


def f(path):
    os.mkdir(path)
    return path
""",
            """\
import os


def f(path):
    os.makedirs(path, exist_ok=True)
    return path
""",
        ),
    ],
    "lookups": [
        (
            "def f(xs: list[int], ys: list[int]) -> list[int]:\n    return [x for x in xs if x in ys]  # both\n",
            "def f(xs: list[int], ys: list[int]) -> list[int]:\n"
            "    ys_set = set(ys)\n    return [x for x in xs if x in ys_set]  # both\n",
        ),
        (
            """\
def f(c):
    return c in ['a', 'b', 'c']
""",
            """\
def f(c):
    return c in {'a', 'b', 'c'}
""",
        ),
        (
            """\
def f(xs: list[int]) -> list[int]:
    seen = []
    for x in xs:
        if x not in seen:
            seen.append(x)
    return seen
""",
            """\
def f(xs: list[int]) -> list[int]:
    seen = list(dict.fromkeys(xs))
    return seen
""",
        ),
        (
            """\
def f(d, k):
    return k in d.keys()
""",
            """\
def f(d, k):
    return k in d
""",
        ),
    ],
    "temporaries": [
        (
            """\
def f(x):
    # twice
    result = 2 * x  # of it
    return result
""",
            """\
def f(x):
    # twice
    # of it
    return 2 * x
""",
        ),
    ],
    "numerals": [
        (
            """\
def f(n: int) -> int:
    return n + 1
""",
            """\
def f(n: int) -> int:
    if isinstance(n, str) or (isinstance(n, float) and n.is_integer()):
        n = int(n)
    return n + 1
""",
        ),
    ],
    "checks": [
        (
            """\
def f(x):
    assert x > 0
    if x > 9:
        raise ValueError(x)
    return x
""",
            """\
def f(x):
    if x > 9:
        raise ValueError(x)
    return x
""",
        ),
        (
            """\
def f(x):
    assert x > 0
    if x > 9:
        raise ValueError(x)
    return x
""",
            """\
def f(x):
    assert x > 0
    return x
""",
        ),
    ],
    "counts": [
        (
            """\
def f(xs):
    counts = {}
    for x in xs:
        if x in counts:
            counts[x] += 1
        else:
            counts[x] = 1
    return counts
""",
            """\
def f(xs):
    counts = {}
    for x in xs:
        counts[x] = counts.get(x, 0) + 1
    return counts
""",
        ),
    ],
    "contexts": [
        (
            """\
def f(path):
    file = open(path)
    text = file.read()  # all
    file.close()
    return text
""",
            """\
def f(path):
    with open(path) as file:
        text = file.read()  # all
    return text
""",
        ),
        (
            """\
def f(path):
    return open(path).read()
""",
            """\
def f(path):
    with open(path) as file:
        return file.read()
""",
        ),
    ],
    "paths": [
        (
            "import os\n\n\ndef f(path):\n    return os.path.getsize(path) if path else 0  # bytes\n",
            "import os\nimport pathlib\n\n\ndef f(path):\n"
            "    return pathlib.Path(path).stat().st_size if path else 0  # bytes\n",
        ),
    ],
    "loops": [
        (
            """\
def f(xs):
    return [2 * x for x in xs if x]  # doubled
""",
            """\
def f(xs):
    # doubled
    result = []
    for x in xs:
        if x:
            result.append(2 * x)
    return result
""",
        ),
    ],
    "branches": [
        (
            """\
def f(x):
    if x > 3:
        return True
    else:
        return False
""",
            """\
def f(x):
    return x > 3
""",
        ),
        (
            """\
def f(x):
    if x:
        return 1  # yes
    return 2
""",
            """\
def f(x):
    # yes
    return 1 if x else 2
""",
        ),
    ],
    "reordering": [
        (
            "import subprocess\n\n\ndef f():\n    a = subprocess.run(['ls'])\n    b = subprocess.run(['id'])\n    return a, b\n",
            "import subprocess\n\n\ndef f():\n    b = subprocess.run(['id'])\n    a = subprocess.run(['ls'])\n    return a, b\n",
        ),
        (
            """\
def f(a, b):
    low = min(a, b)
    # the other
    high = max(a, b)
    return low, high
""",
            """\
def f(a, b):
    # the other
    high = max(a, b)
    low = min(a, b)
    return low, high
""",
        ),
    ],
    "keywords": [
        (
            """\
def f(x: float) -> float:
    return x * 3  # times
""",
            """\
def f(x: float, factor: int = 3) -> float:
    return x * factor  # times
""",
        ),
        (
            """\
def f(x, *, y):
    return round(x / y, 2)
""",
            """\
def f(x, *, y, digits=2):
    return round(x / y, digits)
""",
        ),
    ],
    "switches": [
        (
            """\
def f(xs):
    return sorted(xs)
""",
            """\
def f(xs):
    return sorted(xs, reverse=True)
""",
        ),
        (
            """\
def f(xs):
    return sorted(xs)
""",
            """\
def f(xs):
    return sorted(xs, key=str)
""",
        ),
        (
            """\
import subprocess


def f(name):
    return subprocess.run(['git', name], check=False)
""",
            """\
import subprocess


def f(name):
    return subprocess.run(['git', name], check=False, timeout=60)
""",
        ),
        (
            """\
import subprocess


def f(name):
    return subprocess.run(['git', name], check=False)
""",
            """\
import subprocess


def f(name):
    return subprocess.run(['git', name], check=True)
""",
        ),
    ],
    "defaults": [
        (
            """\
def f(x, n=4, flag=True):
    return x
""",
            """\
def f(x, n=8, flag=True):
    return x
""",
        ),
    ],
    "constants": [
        (
            """\
def f(x):
    return x * 4 + len(x.split(' '))
""",
            """\
def f(x):
    return x * 8 + len(x.split(' '))
""",
        ),
        (
            """\
def f(x):
    return x * 4 + len(x.split(' '))
""",
            """\
def f(x):
    return x * 4 + len(x.split('_'))
""",
        ),
    ],
    "cutoffs": [
        (
            """\
def f(xs: list[int]) -> list[int]:
    return [x for x in xs if x]  # all
""",
            """\
def f(xs: list[int], limit: int | None = None) -> list[int]:
    return ([x for x in xs if x])[:limit]  # all
""",
        ),
    ],
    "memory": [
        (
            """\
def f(n: int) -> int:
    # slow
    return n * n
""",
            """\
import functools

@functools.lru_cache(maxsize=1024, typed=True)
def f(n: int) -> int:
    # slow
    return n * n
""",
        ),
        (
            """\
def f(xs):
    return sum(xs)
""",
            """\
import copy

def _f(xs):
    return sum(xs)


_RESULTS = {}


def f(xs):
    key = repr((xs,))
    if key not in _RESULTS:
        if len(_RESULTS) >= 1024:
            _RESULTS.clear()
        _RESULTS[key] = _f(xs)
    return copy.deepcopy(_RESULTS[key])
""",
        ),
    ],
    "exits": [
        (
            """\
def f(n):
    found = False
    for i in range(2, n):
        if n % i == 0:
            found = True  # a divisor
    return found
""",
            """\
def f(n):
    found = False
    for i in range(2, n):
        if n % i == 0:
            found = True  # a divisor
            break
    return found
""",
        ),
    ],
    "emptiness": [
        (
            """\
def total(items: list[int]) -> int:
    result = 0
    for item in items:  # one by one
        result += item
    return result
""",
            """\
def total(items: list[int]) -> int:
    if not items:
        return 0
    result = 0
    for item in items:  # one by one
        result += item
    return result
""",
        ),
        (
            """\
def f(xs: list[int]) -> list[int]:
    return sorted(xs)
""",
            """\
def f(xs: list[int]) -> list[int]:
    if not xs:
        return []
    return sorted(xs)
""",
        ),
    ],
    "orderings": [
        (
            """\
def f(xs: list[int]) -> list[int]:
    return sorted(xs)
""",
            """\
def f(xs: list[int]) -> list[int]:
    return (list(xs) if all(a <= b for a, b in zip(xs, xs[1:])) else sorted(xs))
""",
        ),
    ],
    "singletons": [
        (
            "def f(xs: list[int]) -> int:\n    return max(xs)  # best\n",
            "def f(xs: list[int]) -> int:\n    return (xs[0] if len(xs) == 1 else max(xs))  # best\n",
        ),
    ],
    "absences": [
        (
            """\
def f(path: str) -> list[str]:
    with open(path) as file:
        return file.readlines()
""",
            """\
import os

def f(path: str) -> list[str]:
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return file.readlines()
""",
        ),
    ],
    "retries": [
        (
            """\
import urllib.request


def f(url):
    with urllib.request.urlopen(url) as answer:  # now
        return answer.read()
""",
            """\
import urllib.request


def f(url):
    for attempt in range(3):
        try:
            with urllib.request.urlopen(url) as answer:  # now
                return answer.read()
        except OSError:
            if attempt == 2:
                raise
        else:
            break
""",
        ),
    ],
    "preconditions": [
        (
            """\
def f(xs: list[int]) -> int:
    return max(xs)
""",
            """\
def f(xs: list[int]) -> int:
    if not xs:
        raise ValueError("xs is empty")
    return max(xs)
""",
        ),
        (
            """\
def f(a: int, b: int) -> float:
    return a / b
""",
            """\
def f(a: int, b: int) -> float:
    if b == 0:
        raise ValueError("b is 0")
    return a / b
""",
        ),
    ],
    "typechecks": [
        (
            """\
def f(n: int, word: str) -> str:
    return n * word
""",
            """\
def f(n: int, word: str) -> str:
    if not isinstance(n, int):
        raise TypeError(f"n is of type {type(n).__name__}, not int")
    if not isinstance(word, str):
        raise TypeError(f"word is of type {type(word).__name__}, not str")
    return n * word
""",
        ),
    ],
}

REFUSED: dict[str, list[str]] = {
    "iterables": [
        "def f(items: list[int]):\n    items.append(1)\n    return len(items)\n",
        "def f(n: int):\n    return range(n)\n",
    ],
    "indices": [
        "def f(xs):\n    for i in range(len(xs)):\n        xs[i] = 0\n",
        "def f(xs):\n    for i in range(len(xs)):\n        print(xs[i], xs)\n",
        "def f(xs):\n    for i in range(len(xs)):\n        print(xs[i])\n    return i\n",
        "def f(xs):\n    for i in range(1, len(xs)):\n        print(xs[i])\n",
    ],
    "nothing": [
        "def f(x: str | None):\n    return x\n",
        "def f(x: int):\n    return x\n",
        "def f(x: list[int]):\n    if not x:\n        return 0\n    return x[0]\n",
    ],
    "accumulators": [
        "def f(xs):\n    total = 1\n    for x in xs:\n        total += x\n    return total\n",
        "def f(xs):\n    total = 0\n    for x in xs:\n        total += total\n    return total\n",
        "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return x\n",
        "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n        print(x)\n    return total\n",
        "async def f(xs):\n    total = 0\n    async for x in xs:\n        total += x\n    return total\n",
    ],
    "missing": [
        "def f(a, b):\n    return max(a, b)\n",
        "def f(xs):\n    return max(xs, default=0)\n",
        "def f(xs):\n    return next(xs, None)\n",
        "def f(*xs):\n    return max(*xs)\n",
    ],
    "comprehensions": [
        "def f(xs):\n    out = [0]\n    for x in xs:\n        out.append(x)\n    return out\n",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(len(out))\n    return out\n",
        "def f(xs):\n    out = []\n    for x in xs:\n        if x not in out:\n            out.append(x)\n    return out\n",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    else:\n        out.append(0)\n    return out\n",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append((yield x))\n    return out\n",
    ],
    "encodings": [
        'def f(p):\n    return open(p, "rb").read()\n',
        'def f(p):\n    return open(p, "w")\n',
        "def f(p, mode):\n    return open(p, mode)\n",
        'def f(p):\n    return open(p, errors="strict").read()\n',
    ],
    "suppressions": [
        "import os\n\n\ndef f(p):\n    return os.remove(p)\n",
        "def f(p):\n    p.unlink(missing_ok=True)\n",
    ],
    "lookups": [
        "def f(x, y):\n    return x in [y, 2]\n",
        "def f(xs):\n    out = []\n    for x in xs:\n        if x not in out:\n            out.append(x)\n    return out\n",
        "def f(x):\n    return [x] in ['a', 'b']\n",
    ],
    "temporaries": [
        "def f(x):\n    y = 2 * x\n    return y + 1\n",
        "def f(x):\n    y = 1\n    y = y + x\n    return y\n",
    ],
    "numerals": ["def f(x: str):\n    return x\n", "def f(n: int | None):\n    return n\n"],
    "checks": ["def f(x):\n    if x:\n        return 1\n    return 2\n"],
    "counts": [
        "def f(d, k):\n    if k in d:\n        d[k] += 2\n    else:\n        d[k] = 1\n",
        "def f(d, k):\n    if k in d:\n        d[k] += 1\n    else:\n        d[0] = 1\n",
    ],
    "contexts": [
        "def f(p):\n    file = open(p)\n    return file\n",
        "def f(p):\n    with open(p) as file:\n        return file.read()\n",
    ],
    "paths": ["import os\n\n\ndef f(p):\n    return os.path.exists(os.path.join(p, p))\n"],
    "loops": [
        "def f(xs, x):\n    ys = [x for x in xs]\n    return ys, x\n",
        "def f(xs):\n    return {x: 1 for x in xs}\n",
    ],
    "branches": [
        "def f(x):\n    if x:\n        return 1\n    elif x is None:\n        return 2\n    return 3\n",
        "def f(x):\n    if (y := x):\n        return y\n    return 0\n",
    ],
    "reordering": [
        "def f(a):\n    b = a + 1\n    c = b + 1\n    return c\n",
        "def f(a):\n    b = a.pop()\n    c = a.pop()\n    return b - c\n",
        "def f(a, b):\n    a, b = b, a\n    a = 1 + len(str(b))\n    return a\n",
    ],
    "keywords": [
        "def f(**options):\n    return 2 * len(options)\n",
        'def f(x):\n    """Two 2."""\n    return x[0]\n',
    ],
    "switches": ["def f(xs):\n    return sum(xs)\n", "def f(*xs):\n    return sorted(*xs)\n"],
    "defaults": ["def f(x, y=None, z=()):\n    return x\n"],
    "constants": [
        "def f(xs):\n    return xs[1]\n",
        "def f(n):\n    while n > 1:\n        n = n - n\n    return n\n",
    ],
    "cutoffs": [
        "def f(xs):\n    return len(xs)\n",
        "def f(xs) -> list[int]:\n    yield from xs\n",
    ],
    "memory": [
        "import random\n\n\ndef f(n: int) -> int:\n    return random.randint(0, n)\n",
        "def f(xs):\n    xs.append(1)\n    return len(xs)\n",
        "SEEN = []\n\n\ndef f(n: int) -> int:\n    return len(SEEN)\n",
        "def f(n: int) -> int:\n    return n and f(n - 1)\n",
        "def f(n: int) -> int:\n    print(n)\n    return n\n",
        "def f(path: str) -> str:\n    return open(path).read()\n",
    ],
    "exits": [
        "def f(xs):\n    found = False\n    for x in xs:\n        if x:\n            found = x\n    return found\n",
        "def f(xs):\n    n = 0\n    for x in xs:\n        if x:\n            n += 1\n    return n\n",
    ],
    "emptiness": [
        "def f(xs: list[int]) -> int:\n    n = len(xs) + 1\n    for x in xs:\n        n += x\n    return n\n",
        "def f(xs: list[int], y: int) -> int:\n    n = 0\n    for x in range(y):\n        n += xs[x]\n    return n\n",
        "def f(xs: list[int]) -> int:\n    if not xs:\n        return 1\n    return sum(xs)\n",
    ],
    "orderings": [
        "def f(xs: list[int]):\n    return sorted(xs, reverse=True)\n",
        "def f(xs):\n    return sorted(xs)\n",
    ],
    "singletons": [
        "def f(xs):\n    return max(xs)\n",
        "def f(xs: list[int]):\n    return max(xs, key=abs)\n",
    ],
    "absences": [
        "def f(path):\n    return open(path, 'w')\n",
        "import os\n\n\ndef f(path):\n    return open(path) if os.path.exists(path) else None\n",
    ],
    "retries": ["def f(xs):\n    xs.append(1)\n"],
    "preconditions": [
        "def f(xs: list[int]):\n    if not xs:\n        return 0\n    return max(xs)\n",
        "def f(a: int, b: int):\n    return b and a / b\n",
        "def f(xs: list[int], y):\n    for x in y:\n        return xs[0]\n",
        "def f(d: dict[int, int]):\n    return d[0]\n",
    ],
    "typechecks": [
        "def f(x):\n    return x\n",
        "def f(x: int | None):\n    return x\n",
        "def f(x: int = 1):\n    return x\n",
    ],
}
