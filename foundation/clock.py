"""Time as an argument: the core is handed a clock, and never asks the machine itself."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment as an aware datetime in UTC."""


def utc_text(moment: datetime) -> str:
    """An aware moment as it is stored: texts of one zone, which sort as the moments do."""
    return moment.astimezone(UTC).isoformat()


def utc_now() -> datetime:
    """The machine's clock; only assembly (`bot`) hands it out."""
    return datetime.now(UTC)
