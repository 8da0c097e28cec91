"""Tools of an agent."""


def unique(items: list[int]) -> list[int]:
    """Each item once, in order."""
    found: list[int] = []
    for item in items:  # the first one counts
        if item not in found:
            found.append(item)
    return found


def total(values: list[float]) -> float:
    result = 0.0
    for value in values:
        result = result + value
    return result
