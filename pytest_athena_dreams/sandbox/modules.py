"""Modules of the standard library that a fork server preloads, because importing takes longer than forking.

Preloading has a cost too: each child copies the server's memory map, and asyncio alone is a fifth of it. So
there are two sets, and the text of the code shows which one it needs. Other modules are imported on demand.
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
_ACTING = "http.client ssl urllib.request"
COMMON, RARE = tuple(_COMMON.split()), tuple(_RARE.split())
ACTING_MODULES = tuple(_ACTING.split())
"""More of them for code with a world."""


def package_folders() -> list[str]:
    """The folders of installed packages; code in the jail has them on its path."""
    return list(dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))))


_RARE_PATTERN = re.compile(rf"\b(?:async|await|{'|'.join(RARE)})\b")


def names_rare(code: str) -> bool:
    """Whether one of the rare modules is named anywhere in ``code``, comments included."""
    return _RARE_PATTERN.search(code) is not None


_LOOKERS = """
os path pathlib Path posix posixpath shutil which glob stat ctypes tempfile fileinput subprocess
compileall dbm filecmp getsource getsourcelines linecache mailbox pkgutil py_compile runpy shelve
fromfile genfromtxt loadtxt read_csv read_excel read_json read_parquet savetxt to_csv to_json
"""
_HIDERS = (
    "importlib __import__ import_module builtins __builtins__ exec eval compile sys gc getattr vars globals"
)
_FILES_PATTERN = re.compile(rf"\b(?:{'|'.join(f'{_LOOKERS} {_HIDERS}'.split())})\b")


def names_files(code: str) -> bool:
    """Whether ``code`` names what it could look at files with, or could find that by another name."""
    return _FILES_PATTERN.search(code) is not None


_ACTORS = """
open io _io csv sqlite3 zipfile tarfile gzip bz2 lzma logging create_subprocess_exec create_subprocess_shell
urllib http requests httpx aiohttp socket ssl smtplib
codecs configparser dotenv ElementTree etree minidom mmap netrc plistlib readline tokenize tofile wave
"""
_ACTS_PATTERN = re.compile(rf"\b(?:{'|'.join(_ACTORS.split())})\b")


def names_acts(code: str) -> bool:
    """Whether ``code`` names what it could use files with."""
    return names_files(code) or _ACTS_PATTERN.search(code) is not None
