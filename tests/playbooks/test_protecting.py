"""What the protection of hosts asks of people day by day: told once, and again when it matters."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.notice import Notice
from playbooks.protecting import remind
from tests.playbooks.conftest import County
from web.demo_protection import write_protection


def test_each_thing_is_told_once_until_it_grows_worse(county: County) -> None:
    now = datetime.now(UTC)
    with county.site.database.transaction(system("登记")) as session:
        write_protection(session, county.site.centre_id, now)
    for _ in range(2):
        remind(county.site, now)
    told = titles(county)
    assert len(told) == 2 and any("演示授权-01" in one for one in told)
    assert any("3 台有问题，1 台计算机没有防护报告" in one for one in told)
    for days in (25, 26):
        remind(county.site, now + timedelta(days=days))
    later = titles(county)[len(told) :]
    assert sum("病毒事件" in one for one in later) == 2  # once a day
    assert sum("演示授权-01" in one for one in later) == 1  # once more, a week before
    assert sum("主机防护" in one for one in later) <= 2  # once a week


def titles(county: County) -> list[str]:
    with county.site.database.view(EVERYTHING) as session:
        return list(session.scalars(select(Notice.title).order_by(Notice.made_at, Notice.id)))
