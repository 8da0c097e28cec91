"""Variants of the tools, as an agent may write them."""


# dream of unique
def unique(items: list[int]) -> list[int]:
    """Each item once, in order."""
    return list(dict.fromkeys(items))


# dream of unique
def unique_sorted(items: list[int]) -> list[int]:
    return sorted(set(items))


# dream of total (conditional_variant)
def total(values: list[float]) -> float:
    return sum(values, 0.0)
