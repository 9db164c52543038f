"""A year, a month, a day as people ask for them."""

from datetime import date

import pytest

from inventory.period import span


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2025", date(2025, 1, 1), date(2026, 1, 1)),
        ("2025-12", date(2025, 12, 1), date(2026, 1, 1)),
        ("2024-2", date(2024, 2, 1), date(2024, 3, 1)),
        (" 2025-12-31 ", date(2025, 12, 31), date(2026, 1, 1)),
    ],
)
def test_what_is_asked_for(text: str, first: date, after: date) -> None:
    assert span(text) == (first, after)


@pytest.mark.parametrize(
    "text",
    ["", "25", "2025-13", "2025-00", "2025-00-05", "2025-02-30", "去年", "9999", "0001", "2025-"],
)
def test_what_is_no_period(text: str) -> None:
    assert span(text) is None
