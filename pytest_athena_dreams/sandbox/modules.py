"""Modules of the standard library that a fork server loads, for importing one takes longer than forking.

What is loaded also costs: each child copies the server's memory map, and asyncio alone is a fifth of it. So
there are two stocks, and the code tells which it needs. A module that is not loaded is imported as anywhere.
"""

from __future__ import annotations

import re
import sysconfig

_COMMON = """
abc array ast bisect builtins cmath collections.abc contextlib copy dataclasses datetime decimal enum
fractions functools gc heapq inspect io ipaddress itertools json math numbers operator os.path pathlib pickle
random re string struct textwrap time traceback types typing unicodedata urllib.parse uuid warnings weakref
zoneinfo
"""
_RARE = """
argparse asyncio base64 calendar csv ctypes difflib getpass glob hashlib hmac html logging pprint queue
secrets shutil statistics subprocess tempfile threading timeit unittest zlib
"""
COMMON, RARE = tuple(_COMMON.split()), tuple(_RARE.split())


def package_folders() -> list[str]:
    """The folders of installed packages, which are on the path of code in the jail."""
    return list(dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))))


_RARE_PATTERN = re.compile(rf"\b(?:async|await|{'|'.join(RARE)})\b")


def names_rare(code: str) -> bool:
    """Whether ``code`` names one of the rare modules, be it in a comment."""
    return _RARE_PATTERN.search(code) is not None
