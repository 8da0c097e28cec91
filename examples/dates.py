"""An example for inputs: text that is read as a date."""

from datetime import date, datetime, timedelta


def working_day(text: str) -> date:
    """The day that a text such as ``24.12.2025`` names, or the Monday after it if that is a weekend."""
    day = datetime.strptime(text.strip(), "%d.%m.%Y").date()
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day
