"""Notices on their way: planned, sent, tried again, gathered, handed on; not twice, not lost."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from inventory.act import EVERYTHING, system
from inventory.centre import Centre
from inventory.channel import Channel
from inventory.db import Database
from inventory.delivery import Delivery, again
from inventory.grant import Delegation, Grant
from inventory.notice import Notice, NoticeReceipt, tell
from inventory.person import Person
from inventory.secret import Key
from inventory.wish import NoticeWish, next_digest
from netops.history import History
from netops.letter import Failure, Letter
from netops.notify import send
from playbooks.delivering import _batches, deliver, take
from playbooks.notices import hand_on, plan, tidy_notices
from playbooks.site import Site
from tests import outside
from tests.patience import ANSWER

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
QUICK = partial(send, timeout=ANSWER)
MINUTE = timedelta(minutes=1)


@dataclass
class Office:
    """A county below its city: a leader with mail and telephone, a technician with neither."""

    site: Site
    city: Centre
    county: Centre
    leader: Person
    tech: Person

    def channel(self, **facts: Any) -> Channel:
        facts.setdefault("centre_id", self.city.id)
        row = Channel(**{"name": facts["kind"], **facts})
        with self.site.database.transaction(system("登记渠道")) as session:
            session.add(row)
        return row

    def mail(self, port: int, **facts: Any) -> Channel:
        return self.channel(
            kind="email", host="127.0.0.1", port=port, security="none",
            sender="ops@example.gov.cn", **facts,
        )  # fmt: skip

    def tell(self, title: str = "有申请", *, at: datetime = NOW, **facts: Any) -> str:
        """A notice made `at`, to the holders of "approve" unless said otherwise."""
        to = {"right": "approve"} if "person_id" not in facts and "right" not in facts else {}
        told: dict[str, Any] = {"centre_id": self.county.id, "level": "warning", **to, **facts}
        with self.site.database.observe() as session:
            notice = tell(session, told.pop("kind", "approval"), title, **told)
            assert notice is not None
            notice.made_at = at
        return notice.id

    def turn(self, now: datetime, wire: Any = QUICK) -> int:
        """What the worker does every few seconds."""
        plan(self.site, now)
        return deliver(self.site, now, wire)

    def wish(self, who: Person, digest_at: str = "08:30", **ways: str) -> None:
        row = NoticeWish(
            centre_id=self.county.id, person_id=who.id, digest_at=digest_at,
            ways={name.replace("_", "."): how for name, how in ways.items()},
        )  # fmt: skip
        with self.site.database.transaction(system("意愿")) as session:
            session.add(row)

    def change(self, cls: type[Any], key: str, **facts: Any) -> None:
        with self.site.database.transaction(system("修改")) as session:
            row = session.get_one(cls, key)
            for name, value in facts.items():
                setattr(row, name, value)

    def deliveries(self) -> list[Delivery]:
        with self.site.database.view(EVERYTHING) as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def one_channel(self) -> Channel:
        with self.site.database.view(EVERYTHING) as session:
            return session.scalars(select(Channel)).one()

    def one(self) -> Delivery:
        (found,) = self.deliveries()
        return found

    def states(self) -> list[str]:
        return [one.state for one in self.deliveries()]

    def read(self, who: Person) -> None:
        with self.site.database.observe() as session:
            mine = select(NoticeReceipt).where(NoticeReceipt.person_id == who.id)
            for copy in session.scalars(mine):
                copy.read_at = NOW

    def count(self, cls: type[Any]) -> int:
        with self.site.database.view(EVERYTHING) as session:
            return session.scalar(select(func.count()).select_from(cls)) or 0

    def titles(self, who: Person) -> list[str]:
        with self.site.database.view(EVERYTHING) as session:
            mine = select(Notice.title).join(NoticeReceipt).order_by(Notice.id)
            return list(session.scalars(mine.where(NoticeReceipt.person_id == who.id)))


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    with database.transaction(system("建")) as session:
        city = Centre(code="410200", name="开封市", tier="city")
        session.add(city)
        county = Centre(code="410225", name="兰考县", tier="county", parent_id=city.id)
        session.add(county)
        leader = Person(
            centre_id=county.id, login="leader", name="郑局", email="zheng@example.gov.cn",
            mobile="13900000000",
        )  # fmt: skip
        tech = Person(centre_id=county.id, login="tech", name="王技")
        given = {"centre_id": county.id, "agreed_at": NOW - timedelta(days=9)}
        session.add_all([
            leader, tech, Grant(person_id=leader.id, role="leader", **given),
            Grant(person_id=tech.id, role="technician", **given),
        ])  # fmt: skip
    key = Key.load(tmp_path / "secret.key")
    site = Site(database, History(tmp_path / "history"), key, tmp_path, county.id)
    return Office(site, city, county, leader, tech)


@pytest.fixture
def post(office: Office) -> Iterator[outside.Post]:
    """The city's mail server, which serves the county, too."""
    with outside.post_office() as (taken, port):
        office.mail(port)
        yield taken


def test_told_sent_and_never_again(office: Office, post: outside.Post) -> None:
    office.tell("有<申请>", text="请看附件", link="/approvals/1")
    assert [office.turn(NOW), office.turn(NOW + MINUTE), office.turn(NOW + 600 * MINUTE)] == [
        1,
        0,
        0,
    ]
    (message,) = post.messages
    assert message["Subject"] == "【重要】有<申请>"
    assert "请看附件" in message.get_content()
    assert "/approvals/1" in message.get_content()
    assert "2026-11-22 09:00" in message.get_content(), "told in Shanghai's time"
    assert office.one().state == "sent"
    assert office.one().sent_at == NOW
    assert message["Message-ID"] == f"<{office.one().id}@example.gov.cn>"


def test_a_mail_names_the_whole_address_where_it_is_known(
    office: Office, post: outside.Post
) -> None:
    office.site = replace(office.site, url="https://10.41.0.8")
    office.tell(link="/approvals/1")
    office.turn(NOW)
    assert "：https://10.41.0.8/approvals/1" in post.messages[0].get_content()


def test_whoever_has_no_address_has_the_screen(office: Office, post: outside.Post) -> None:
    office.tell(person_id=office.tech.id)
    office.turn(NOW)
    assert not post.messages
    assert not office.deliveries()
    assert office.titles(office.tech) == ["有申请"]


def test_of_each_kind_the_nearest_channel_serves(office: Office, tmp_path: Path) -> None:
    outside.program(tmp_path / "notify.d", "sms", f"cat >> {tmp_path}/sms")
    with outside.post_office() as (far, one), outside.post_office() as (near, two):
        office.mail(one)
        office.mail(two, centre_id=office.county.id)
        office.channel(kind="command", program="sms")
        office.tell()
        assert office.turn(NOW) == 2
    assert (len(far.messages), len(near.messages)) == (0, 1)
    assert (tmp_path / "sms").read_text().startswith("【重要】有申请\n")


def test_a_web_address_learns_what_and_to_whom(office: Office) -> None:
    with outside.web_address() as (inbox, url):
        key = office.site.key
        office.channel(kind="webhook", url=url, url_query=key.seal("t=1"), signing=key.seal("k"))
        office.tell(level="critical")
        assert office.turn(NOW) == 1
    path, head, body = inbox.taken[0]
    told = json.loads(body)
    assert path == "/notice?t=1"
    assert "X-NetOps-Signature" in head
    assert (told["kind"], told["level"], told["to"]["name"]) == ("approval", "critical", "郑局")


def test_back_off_then_failed_and_shown_once_without_a_loop(office: Office) -> None:
    office.mail(outside.closed_port())
    office.tell()
    tried = []
    for minute in range(200):
        before = office.deliveries()[0].tries if minute else 0
        office.turn(NOW + minute * MINUTE)
        if office.deliveries()[0].tries > before:
            tried.append(minute)
    assert tried == [0, 1, 6, 21, 81]
    assert office.one().state == "failed"
    assert "连不上邮件服务器" in office.one().error
    complaint = [title for title in office.titles(office.tech) if "没有送达" in title]
    assert complaint == ["“email”有通知没有送达"]
    office.tell("又一件")
    office.turn(NOW + 300 * MINUTE)
    for minute in (301, 306, 321, 381, 400):
        office.turn(NOW + minute * MINUTE)
    assert office.states() == ["failed", "failed"]
    assert len([t for t in office.titles(office.tech) if "没有送达" in t]) == 1, "not read yet"


def test_what_asking_again_cannot_help_fails_at_once(office: Office, post: outside.Post) -> None:
    post.answer = "550 unknown"
    office.tell()
    office.turn(NOW)
    assert office.one().state == "failed"
    assert "zheng@example.gov.cn" in office.one().error


def test_an_outage_ends_and_everything_is_sent_once(office: Office) -> None:
    port = outside.closed_port()
    office.mail(port)
    for n in range(3):
        office.tell(f"第{n}件")
    office.turn(NOW)
    assert office.states() == ["waiting"] * 3
    assert {one.tries for one in office.deliveries()} == {1}
    with outside.post_office() as (post, there):
        office.change(Channel, office.one_channel().id, port=there)
        assert office.turn(NOW + MINUTE) == 3
        assert office.turn(NOW + 100 * MINUTE) == 0
    assert sorted(m["Subject"] for m in post.messages) == [f"【重要】第{n}件" for n in range(3)]


def test_a_dead_server_is_waited_for_once_a_turn(office: Office) -> None:
    asked = []

    def wire(_way: Any, letter: Letter) -> Failure:
        asked.append(letter.id)
        return Failure("没有应答")

    office.mail(1)
    for n in range(5):
        office.tell(f"第{n}件")
    office.turn(NOW, wire)
    assert len(asked) == 1
    assert {(one.state, one.error) for one in office.deliveries()} == {("waiting", "没有应答")}


def test_the_digest_gathers_across_midnight(office: Office, post: outside.Post) -> None:
    evening = datetime(2026, 11, 22, 15, 50, tzinfo=UTC)  # 23:50 in Shanghai
    office.tell("晚上", level="info", at=evening)
    assert office.turn(evening) == 0
    office.tell("凌晨", level="info", at=evening + 20 * MINUTE)
    assert office.turn(evening + 20 * MINUTE) == 0
    due = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert office.turn(due - MINUTE) == 0
    assert office.turn(due) == 1
    assert office.turn(due + MINUTE) == 0
    (message,) = post.messages
    assert message["Subject"] == "值守台每日汇总：2 项"
    lines = message.get_content().splitlines()
    assert lines[0].startswith("1. 【一般】晚上（待审批，2026-11-22 23:50）")
    assert lines[1].startswith("2. 【一般】凌晨（待审批，2026-11-23 00:10）")


def test_a_digest_missed_while_off_is_sent_once(office: Office, post: outside.Post) -> None:
    for days in range(3):
        office.tell(f"第{days}天", level="info", at=NOW + timedelta(days=days))
    back = NOW + timedelta(days=9)
    assert [office.turn(back), office.turn(back + MINUTE)] == [1, 0]
    assert "3 项" in post.messages[0]["Subject"]


def test_what_was_read_on_the_screen_is_not_sent_any_more(
    office: Office, post: outside.Post
) -> None:
    office.tell("汇总里的", level="info")
    office.turn(NOW)
    office.read(office.leader)
    office.tell("没人读过", level="info", at=NOW)
    office.turn(NOW + timedelta(days=1))
    assert "1 项" in post.messages[0]["Subject"]
    assert office.states() == ["dropped", "sent"]
    office.tell("读得快")
    office.read(office.leader)
    office.turn(NOW + timedelta(days=1))
    assert len(post.messages) == 1


def test_each_chooses_and_critical_ignores_it(office: Office, post: outside.Post) -> None:
    office.wish(
        office.leader, "17:00", approval_warning="screen", due_info="once", wrong_warning="digest"
    )
    office.tell("屏幕", level="warning")
    office.tell("立即", kind="due", level="info")
    office.tell("汇总", kind="wrong", level="warning")
    office.tell("紧急", kind="approval", level="critical")
    office.turn(NOW)
    assert sorted(m["Subject"] for m in post.messages) == ["【一般】立即", "【紧急】紧急"]
    office.turn(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    assert post.messages[-1]["Subject"] == "值守台每日汇总：1 项"


def test_right_person_and_channel_are_asked_for_again_before_sending(
    office: Office, post: outside.Post
) -> None:
    office.tell("稍后", level="info")
    office.turn(NOW)
    with office.site.database.transaction(system("离任")) as session:
        mine = select(Grant).where(Grant.person_id == office.leader.id)
        session.scalars(mine).one().turn(gone=True)
    office.turn(NOW + timedelta(days=1))
    assert not post.messages
    assert (office.one().state, office.one().error) == ("dropped", "收件人已没有这项权限")


def test_a_deputy_finds_what_nobody_has_read(office: Office, post: outside.Post) -> None:
    office.tell("旧的，读过")
    office.turn(NOW)
    office.read(office.leader)
    office.tell("还等着")
    office.tell("太旧", at=NOW - timedelta(days=31))
    day = NOW.date()
    with office.site.database.transaction(system("委托")) as session:
        session.get_one(Person, office.tech.id).email = "wang@example.gov.cn"
        session.add(
            Delegation(
                centre_id=office.county.id, giver_id=office.leader.id, taker_id=office.tech.id,
                role="leader", starts=day, ends=day + timedelta(days=3), reason="住院",
                agreed_at=NOW,
            )
        )  # fmt: skip
    assert hand_on(office.site, NOW - timedelta(days=2)) == 0, "not before it begins"
    assert hand_on(office.site, NOW) == 1
    assert hand_on(office.site, NOW) == 0
    assert office.titles(office.tech) == ["还等着"]
    office.turn(NOW)
    assert "wang@example.gov.cn" in {m["To"].addresses[0].addr_spec for m in post.messages}


def test_a_worker_killed_between_claim_and_record_leaves_it_to_be_sent(
    office: Office, post: outside.Post
) -> None:
    office.tell()
    plan(office.site, NOW)
    (batch,) = _batches(office.site, NOW)
    assert take(office.site, batch, NOW) is not None  # and here it dies
    assert office.one().state == "sending"
    assert office.turn(NOW + 9 * MINUTE) == 0, "the dead one's claim still holds"
    assert office.turn(NOW + 10 * MINUTE) == 1
    assert office.turn(NOW + 30 * MINUTE) == 0
    assert len(post.messages) == 1


def test_dying_every_time_ends_in_failed(office: Office) -> None:
    office.mail(1)
    office.tell()
    plan(office.site, NOW)
    for turn in range(7):
        at = NOW + turn * 11 * MINUTE
        for batch in _batches(office.site, at):
            take(office.site, batch, at)
    assert office.one().state == "failed"
    assert "不知道是否送到" in office.one().error


def test_two_workers_at_once_do_not_double(office: Office) -> None:
    """Both plan and deliver the same notices at the same time, on both databases."""
    sent: list[str] = []
    lock = threading.Lock()

    def wire(_way: Any, letter: Letter) -> None:
        with lock:
            sent.append(letter.subject)

    office.mail(1)
    for n in range(12):
        office.tell(f"第{n}件")
    office.tell("汇总", level="info", at=NOW - timedelta(days=2))
    start = threading.Barrier(3)

    def work() -> None:
        start.wait()
        office.turn(NOW, wire)
        office.turn(NOW, wire)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.turn(NOW, wire)
    assert len(sent) == len(set(sent)) == 13
    assert set(office.states()) == {"sent"}


def test_a_clock_set_back_holds_nothing_up(office: Office, post: outside.Post) -> None:
    ahead = NOW + timedelta(days=400)
    office.tell("时钟快时", at=ahead, level="info")
    office.turn(ahead)
    assert office.turn(NOW) == 1


def test_a_person_may_have_it_tried_again(office: Office, post: outside.Post) -> None:
    post.answer = "550 unknown"
    office.tell()
    office.turn(NOW)
    post.answer = "250 OK"
    with office.site.database.observe() as session:
        again(session.get_one(Delivery, office.one().id), NOW)
    assert office.turn(NOW) == 1


def test_a_lost_key_is_told_and_tried_again(office: Office, tmp_path: Path) -> None:
    other = Key.load(tmp_path / "other.key")
    with outside.web_address() as (inbox, url):
        office.channel(kind="webhook", url=url, signing=other.seal("k"))
        office.tell()
        office.turn(NOW)
    assert not inbox.taken
    assert "密文无法解开" in office.one().error


def test_old_matters_are_tidied_unread_ones_stay(office: Office, post: outside.Post) -> None:
    old = NOW - timedelta(days=401)
    for title, at in (("旧，已读", old), ("旧，未读", old), ("新", NOW)):
        office.tell(title, at=at)
    office.turn(NOW)
    with office.site.database.observe() as session:
        copies = select(NoticeReceipt).join(Notice).where(Notice.title != "旧，未读")
        for copy in session.scalars(copies):
            copy.read_at = NOW
    assert tidy_notices(office.site, NOW) == 1
    assert office.titles(office.leader) == ["旧，未读", "新"]
    assert (office.count(Delivery), office.count(Notice)) == (2, 2)
    assert tidy_notices(office.site, NOW + timedelta(days=402)) == 1, "and its delivery with it"
    assert office.count(Delivery) == 0


@pytest.mark.parametrize(
    ("told", "due"),
    [
        ("2026-11-22 08:29", "2026-11-22 08:30"),
        ("2026-11-22 08:30", "2026-11-23 08:30"),
        ("2026-12-31 23:59", "2027-01-01 08:30"),
        ("2028-02-28 12:00", "2028-02-29 08:30"),
    ],
)
def test_when_the_next_digest_is(told: str, due: str) -> None:
    local = datetime.fromisoformat(f"{told}:00+08:00").astimezone(UTC)
    assert next_digest(local) == datetime.fromisoformat(f"{due}:00+08:00")
