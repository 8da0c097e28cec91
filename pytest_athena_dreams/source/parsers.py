"""Which library functions read text, and in which grammar. The grammars are those of ``inputs.grammars``."""

from __future__ import annotations

_BY_FULL_NAME = {
    "int": "number",
    "float": "number",
    "complex": "number",
    "decimal.Decimal": "number",
    "fractions.Fraction": "number",
    "shlex.split": "shell",
    "json.loads": "json",
    "json.load": "json",
    "ast.literal_eval": "literal",
    "eval": "literal",
    "uuid.UUID": "uuid",
    "string.Template": "template",
    "tomllib.loads": "ini",
    "time.strptime": "date",
    "bytes.fromhex": "hex",
    "bytearray.fromhex": "hex",
    "distutils.version": "version",
    "bool": "",
}
"""Grammars by the full name of a function."""
_BY_MODULE = {
    "urllib": "url",
    "csv": "csv",
    "configparser": "ini",
    "email": "email",
    "html": "html",
    "xml": "html",
    "ipaddress": "ip",
    "packaging": "version",
    "pathlib": "path",
    "posixpath": "path",
    "ntpath": "path",
    "os.path": "path",
    "mimetypes": "path",
    "base64": "base64",
    "binascii": "hex",
    "fnmatch": "glob",
    "glob": "glob",
    "textwrap": "lines",
    "dateutil": "date",
    "calendar": "date",
}
"""Grammars by module, for all its functions."""
_BY_METHOD = {
    "fromisoformat": "date",
    "strptime": "date",
    "read_string": "ini",
    "feed": "html",
    "fromhex": "hex",
    "splitlines": "lines",
    "format": "template",
    "format_map": "template",
    "from_string": "number",
}
"""Grammars by the name of a method, whatever it is called on."""
PATTERN_METHODS = frozenset({"match", "search", "findall", "finditer", "fullmatch", "sub", "subn"})
"""Methods that apply a regular expression to a text."""
SPLITTING_METHODS = frozenset({"split", "rsplit", "partition", "rpartition", "join", "replace"})
"""Methods whose first argument stands between parts of a text."""


def grammar_of(name: str) -> str | None:
    """The grammar of what a function reads; ``name`` is its full dotted name, as far as imports show it."""
    if name in _BY_FULL_NAME:
        return _BY_FULL_NAME[name] or None
    for module, grammar in _BY_MODULE.items():
        if name.startswith(f"{module}."):
            return grammar
    return _BY_METHOD.get(name.rpartition(".")[2]) if "." in name else None
