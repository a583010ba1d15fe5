"""Time as an argument: the core is handed a clock, and never asks the machine itself."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment as an aware datetime in UTC."""


def utc_now() -> datetime:
    """The machine's clock; only assembly (`bot`) hands it out."""
    return datetime.now(UTC)
