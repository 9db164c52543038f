"""When something is due, and how many lines it takes: pure, and asked of a database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from inventory.shanghai import SHANGHAI
from web.todo import Todo, group_of, grouped, how_near
from web.todo_lines import FEW, gathered

NOON = datetime(2026, 11, 20, 12, tzinfo=SHANGHAI)  # a Friday


@pytest.mark.parametrize(
    ("due", "group", "near"),
    [
        (None, "today", ""),
        (date(2026, 11, 19), "late", "逾期 1 天"),
        (date(2026, 11, 20), "today", "今天"),
        (date(2026, 11, 21), "week", "还有 1 天"),
        (date(2026, 11, 27), "week", "还有 7 天"),
        (date(2026, 11, 28), "later", "还有 8 天"),
        (NOON - timedelta(minutes=1), "late", "已过 11:59"),
        (NOON + timedelta(minutes=1), "today", "今天 12:01"),
        (datetime(2026, 11, 20, 15, 59, tzinfo=UTC), "today", "今天 23:59"),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), "week", "还有 1 天"),  # midnight in China
        (datetime(2026, 11, 18, 15, 59, tzinfo=UTC), "late", "逾期 2 天"),
    ],
)
def test_days_are_those_of_shanghai(due: date | datetime | None, group: str, near: str) -> None:
    one = Todo("事项", "一件", "/", due)
    assert (group_of(due, NOON), how_near(one, NOON)) == (group, near)


def test_few_stand_by_themselves_and_many_on_one_line() -> None:
    def matters(number: int, days: int) -> list[Todo]:
        due = NOON.date() + timedelta(days=days)
        return [Todo("维修单", f"第 {n} 张", f"/r/{n}", due) for n in range(number)]

    late, coming = matters(30, -3), matters(FEW, 3)
    worst = Todo("维修单", "最急的", "/r/x", NOON.date() - timedelta(days=9), "critical")
    told = grouped(gathered("未办结", [*coming, *late, worst], "/r/repairs", NOON), NOON)
    assert list(told) == ["late", "week"]
    (line,) = told["late"]
    assert (line.kind, line.text, line.count, line.link) == ("未办结", "未办结", 31, "/r/repairs")
    assert (line.level, line.due, len(line.first)) == ("critical", worst.due, FEW)
    assert line.first[0] == ("最急的", "/r/x")
    assert told["week"] == coming
