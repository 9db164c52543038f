"""Device passwords that are due: who is told, and only once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.credential import Credential, today
from inventory.credential_state import CredentialState
from inventory.notice import Notice
from inventory.policy import Policy
from playbooks.expiring import remind
from tests.playbooks.conftest import County


def notices(county: County) -> list[Notice]:
    with county.site.database.view(EVERYTHING) as session:
        return list(session.scalars(select(Notice).where(Notice.kind == "due")))


def test_whoever_keeps_credentials_is_told_once_of_each_that_is_due(county: County) -> None:
    remind(county.site, today())
    assert notices(county) == []
    remind(county.site, today() + timedelta(days=85))
    remind(county.site, today() + timedelta(days=86))
    [soon] = notices(county)
    assert (soon.right, soon.level) == ("credentials", "info")
    assert "“v3”" in soon.title
    assert soon.link.endswith("/rotate/")
    remind(county.site, today() + timedelta(days=91))
    assert "已逾期" in [notice.title for notice in notices(county)][-1]


def test_the_end_of_the_small_centre_mode_is_told_a_fortnight_before(county: County) -> None:
    last = today() + timedelta(days=30)
    with county.site.database.transaction(system("策略")) as session:
        session.add(
            Policy(
                centre_id=county.site.centre_id, name="一", small_centre=True, small_until=last,
                small_reason="在编两人", secret_days=900, in_force_at=datetime.now(UTC),
            )
        )  # fmt: skip
    remind(county.site, last - timedelta(days=15))
    assert notices(county) == []
    for days in (14, 13, -1):
        remind(county.site, last - timedelta(days=days))
    told = [(one.right, one.title) for one in notices(county)]
    assert told == [
        ("policy", f"小中心模式将于 {last} 结束"), ("policy", f"小中心模式已于 {last} 结束"),
    ]  # fmt: skip


def test_due_dates_follow_the_policy_and_the_credential(county: County) -> None:
    with county.site.database.transaction(system("改周期")) as session:
        row = session.scalars(select(Credential)).one()
        row.set_at, row.days = datetime.now(UTC), 10
    with county.site.database.observe() as session:
        session.delete(session.get_one(CredentialState, row.id))
    remind(county.site, today())
    with county.site.database.view(EVERYTHING) as session:
        state = session.get_one(CredentialState, row.id)
    assert state.due_on == today() + timedelta(days=10)
