"""What methods, attributes and functions tell of the values that they are used on."""

from __future__ import annotations

TOLD_BY_METHODS: dict[str, tuple[str, ...]] = {
    **{name: ("str",) for name in dir(str) if not hasattr(list, name) and not hasattr(bytes, name)},
    **dict.fromkeys(("split", "strip", "lower", "upper", "startswith", "endswith", "splitlines"), ("str",)),
    **dict.fromkeys(("replace", "partition", "find", "lstrip", "rstrip", "isdigit", "join"), ("str",)),
    **dict.fromkeys(("append", "extend", "insert", "sort", "reverse"), ("sequence",)),
    **dict.fromkeys(("items", "keys", "values", "setdefault", "update", "get"), ("mapping",)),
    **dict.fromkeys(("quantize", "scaleb", "is_nan", "to_integral_value", "normalize"), ("decimal.Decimal",)),
    **dict.fromkeys(("weekday", "isoweekday", "isocalendar", "toordinal", "strftime"), ("datetime.date",)),
    **dict.fromkeys(("timetuple", "isoformat"), ("datetime.date",)),
    **dict.fromkeys(("astimezone", "utcoffset", "timestamp", "date", "time"), ("datetime.datetime",)),
    **dict.fromkeys(("total_seconds",), ("datetime.timedelta",)),
}  # fmt: skip
"""What a method tells of the value that it is called on."""
TOLD_BY_ATTRIBUTES: dict[str, str] = {
    **dict.fromkeys(("year", "month", "day"), "datetime.date"),
    **dict.fromkeys(("hour", "minute", "second", "microsecond", "tzinfo"), "datetime.datetime"),
    **dict.fromkeys(("days", "seconds", "microseconds"), "datetime.timedelta"),
    **dict.fromkeys(("numerator", "denominator"), "int"),
}
SCALAR_TAKERS: dict[str, str] = {
    **dict.fromkeys(("range", "chr", "bin", "hex", "oct", "factorial", "gcd", "comb", "islice"), "int"),
    **dict.fromkeys(("isnan", "isfinite", "isinf", "sin", "cos", "tan", "exp"), "float"),
    **dict.fromkeys(("ord", "search", "match", "findall", "finditer", "fullmatch"), "str"),
}
"""What a function takes as its last argument, if that is a scalar."""
SAME_ITEMS = frozenset(
    {"sorted", "list", "tuple", "set", "frozenset", "reversed", "iter", "deque", "deepcopy", "copy", "chain"}
)
ITEMS_OUT = frozenset({"min", "max", "sum", "next"})
MADE_BY: dict[str, tuple[str, ...]] = {
    "Decimal": ("decimal.Decimal",), "timedelta": ("datetime.timedelta",), "date": ("datetime.date",),
    "datetime": ("datetime.datetime",), "str": ("str",), "int": ("int",),
    "float": ("float",), "len": ("int",),
}  # fmt: skip
NO_INTEGERS = {"decimal.Decimal", "datetime.date", "datetime.datetime", "float", "sequence"}
OF_CONTAINERS = frozenset({*dir(list), *dir(dict), *dir(set)})
