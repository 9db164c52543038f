"""The bell, the inbox, one's own settings, channels and what was sent, on the pages."""

import csv
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow
from inventory.channel import Channel
from inventory.delivery import Delivery
from inventory.notice import NoticeReceipt, tell
from inventory.person import Person
from inventory.run import JobRun
from inventory.secret import Key
from inventory.wish import NoticeWish
from playbooks.delivering import deliver
from playbooks.dispatch import Pool
from playbooks.duties import WORKS
from playbooks.jobs import take_asked
from playbooks.notices import plan
from playbooks.site import Site
from tests import outside
from tests.web.county import County
from tests.web.reader import words


def told(county: County, title: str, **facts: Any) -> str:
    """A notice to whoever may approve in the county, unless said otherwise."""
    to = {} if "person_id" in facts else {"right": "approve"}
    centre = county.centres[facts.pop("place", "county")]
    with county.database.observe() as session:
        notice = tell(
            session, facts.pop("kind", "approval"), title, centre_id=centre.id, **{**to, **facts}
        )
    assert notice is not None
    return notice.id


def who(county: County, login: str) -> Person:
    with county.database.view(EVERYTHING) as session:
        return session.scalars(select(Person).where(Person.login == login)).one()


def site(county: County) -> Site:
    key = Key.load(county.settings.key_file)
    home = county.settings.home
    return Site(county.database, county.history, key, home, county.centres["county"].id)


def unread(page: str) -> str:
    """What the bell says aloud."""
    return page.split('aria-label="通知，')[1].split(" 条未读", maxsplit=1)[0]


def test_the_bell_counts_and_the_inbox_tells(county: County) -> None:
    told(county, "有人申请恢复配置", text="核心交换机", level="warning", link="/jobs/")
    told(county, "别处的事", place="other")
    leader = county.login("leader")
    page = leader.get("/notices/")
    assert unread(page.text) == "1"
    assert "重要 有人申请恢复配置 核心交换机 待审批" in words(page.text)
    assert "别处的事" not in page.text
    assert unread(county.login("tech").get("/notices/").text) == "0"


def test_following_the_link_is_reading(county: County) -> None:
    notice = told(county, "去看任务", link="/jobs/")
    leader = county.login("leader")
    gone = leader.get(f"/notices/{notice}")
    assert (gone.status_code, gone.location) == (302, "/jobs/")
    assert "没有未读的通知" in words(leader.get("/notices/").text)
    assert "去看任务" in words(leader.get("/notices/?tab=all").text)


def test_anothers_notice_does_not_exist(county: County) -> None:
    notice = told(county, "给领导的", link="/jobs/")
    far = county.login("far")
    assert far.get(f"/notices/{notice}").location == "/notices/"
    far.post("/notices/read", {"id": notice})
    far.post("/notices/read", {"all": "1"})
    assert unread(county.login("leader").get("/notices/").text) == "1"


def test_marking_ticked_ones_and_all(county: County) -> None:
    first, second, _third = (told(county, f"第{n}件") for n in range(3))
    leader = county.login("leader")
    done = leader.post("/notices/read?tab=all&kind=approval", {"id": [first, second]})
    assert done.location == "/notices/?tab=all&kind=approval"
    assert unread(leader.get("/notices/").text) == "1"
    leader.post("/notices/read", {"all": "1"})
    assert unread(leader.get("/notices/").text) == "0"
    assert unread(county.login("chief").get("/notices/").text) == "3", (
        "each has copies of their own"
    )


def test_the_fragment_is_quiet_while_nothing_happens(county: County) -> None:
    leader = county.login("leader")
    first = leader.get("/notices/bell")
    tag = first.headers["ETag"]
    assert leader.get("/notices/bell", headers={"If-None-Match": tag}).status_code in (200, 304)
    assert leader.get("/notices/bell").headers["ETag"] == tag
    told(county, "急", level="critical")
    ringing = leader.get("/notices/bell")
    assert ringing.headers["ETag"] != tag
    assert "bell-critical" in ringing.text


def test_the_bell_is_silent_where_the_database_does_not_answer(county: County) -> None:
    told(county, "一件")
    leader = county.login("leader")
    with county.database.engine.begin() as raw:
        raw.exec_driver_sql("ALTER TABLE notice_receipt RENAME TO away")
    broken = leader.get("/notices/")
    assert broken.status_code == 500
    assert unread(broken.text) == "0", "the page that tells of the trouble is whole"


def test_filters_search_pages_and_export(county: County) -> None:
    for n in range(55):
        told(county, f"第{n:02d}件")
    told(county, "=cmd|' /C calc'!A0", kind="due", level="critical")
    leader = county.login("leader")
    assert "共 56 项" in words(leader.get("/notices/").text)
    assert "共 1 项" in words(leader.get("/notices/?kind=due").text)
    assert "共 1 项" in words(leader.get("/notices/?level=critical").text)
    assert "共 10 项" in words(leader.get("/notices/?q=第0").text)
    assert "没有符合条件的通知" in words(leader.get("/notices/?q=没有这样的").text)
    assert "第00件" in leader.get("/notices/?page=2").text
    file = leader.get("/notices/notices.csv?kind=due").data.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(file)))
    assert rows[1][3].startswith("'=cmd")
    with county.database.view(EVERYTHING) as session:
        acts = session.scalars(select(AuditRow.act).order_by(AuditRow.seq.desc()).limit(1)).all()
    assert acts == ["导出通知"]
    assert leader.get("/notices/?page=x&kind=gossip&level=9").status_code == 200


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_titles_are_text(county: County, evil: str) -> None:
    told(county, evil, text=evil)
    assert evil not in county.login("leader").get("/notices/").text


def test_everybody_chooses_how_to_be_told(county: County) -> None:
    tech = county.login("tech")
    page = words(tech.get("/account/notices/").text)
    assert "您所在单位还没有通知渠道" in page
    done = tech.post(
        "/account/notices/",
        {"email": " wang@example.gov.cn ", "mobile": "13900000000", "digest_at": "17:30",
         "due.info": "once", "due.warning": "loud", "delivery.warning": "once"},
    )  # fmt: skip
    assert done.status_code == 302, words(done.text)
    person = who(county, "tech")
    assert (person.email, person.mobile) == ("wang@example.gov.cn", "13900000000")
    with county.database.view(EVERYTHING) as session:
        wish = session.scalars(select(NoticeWish)).one()
        audited = session.scalars(select(AuditRow.thing).order_by(AuditRow.seq.desc()).limit(2))
        assert set(audited) == {"Person", "NoticeWish"}
    assert (wish.person_id, wish.digest_at, dict(wish.ways)) == (
        person.id, "17:30", {"due.info": "once"},
    )  # fmt: skip
    tech.post("/account/notices/", {"digest_at": "09:00"})
    with county.database.view(EVERYTHING) as session:
        assert session.scalars(select(NoticeWish)).one().digest_at == "09:00"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("email", "wang"),
        ("email", "a@b.cn\r\nBcc: x@y.cn"),
        ("mobile", "--help"),
        ("mobile", "1 2"),
    ],
)
def test_wrong_addresses_are_refused_and_kept_in_the_form(
    county: County, field: str, text: str
) -> None:
    tech = county.login("tech")
    page = tech.post("/account/notices/", {field: text, "digest_at": "17:30"})
    assert page.status_code == 422
    assert "应写成" in page.text or "只写数字" in page.text
    assert getattr(who(county, "tech"), field) is None
    with county.database.view(EVERYTHING) as session:
        assert session.scalars(select(NoticeWish)).first() is None, "nothing half-written"


def channel(county: County, place: str = "county", **facts: Any) -> str:
    row = Channel(**{"centre_id": county.centres[place].id, "name": "邮箱", "kind": "email",
                     "host": "127.0.0.1", "security": "none", "sender": "ops@example.gov.cn",
                     **facts})  # fmt: skip
    with county.database.transaction(system("登记")) as session:
        session.add(row)
    return row.id


def reachable(county: County, login: str) -> None:
    with county.database.transaction(system("邮箱")) as session:
        session.get_one(Person, who(county, login).id).email = f"{login}@example.gov.cn"


def work(county: County) -> None:
    pool = Pool(1)
    take_asked(site(county), pool, WORKS)
    pool.close()


def test_a_channel_is_tried_by_the_worker(county: County) -> None:
    reachable(county, "net")
    net = county.login("net")
    with outside.post_office() as (post, port):
        one = channel(county, port=port)
        asked = net.post(f"/channels/{one}/test")
        assert "等待执行" in words(net.get(asked.location).text)
        work(county)
        page = words(net.get(asked.location).text)
    assert post.messages[0]["Subject"] == "值守台测试通知"
    assert post.taken[0][0].rcpt_tos == ["net@example.gov.cn"]
    assert "测试通知已交给对方（net@example.gov.cn）" in page


def test_a_failed_try_says_why(county: County) -> None:
    one = channel(county, port=outside.closed_port())
    net = county.login("net")
    first = net.post(f"/channels/{one}/test").location
    work(county)
    assert "没有登记电子邮箱" in words(net.get(first).text)
    reachable(county, "net")
    second = net.post(f"/channels/{one}/test").location
    work(county)
    assert "没有完成：连不上邮件服务器" in words(net.get(second).text)
    run = county.rows(select(JobRun).order_by(JobRun.id.desc()))[0]
    assert net.get(f"/channels/{one}/test/{run.id}").headers["HX-Refresh"] == "true"


def test_other_centres_channels_do_not_exist(county: County) -> None:
    one, far = channel(county), county.login("far")
    assert far.get(f"/channels/{one}/").status_code == 404
    assert far.post(f"/channels/{one}/test").status_code == 404
    assert county.login("sec").post(f"/channels/{one}/test").status_code == 403


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "email", "host": "bad host", "sender": "a@b.cn"}, "邮件服务器"),
        ({"kind": "email", "host": "h", "sender": "a@b.cn\r\nBcc: c@d.cn"}, "发件地址"),
        ({"kind": "email"}, "邮件服务器"),
        ({"kind": "webhook", "url": "ftp://h/"}, "网址"),
        ({"kind": "webhook", "url": "https://u:p@h/"}, "网址"),
        ({"kind": "webhook", "url": "https://h/?access_token=1"}, "网址参数"),
        ({"kind": "command", "program": "../sh"}, "程序名"),
        ({"kind": "command", "program": "sh -c"}, "程序名"),
    ],
)
def test_wrong_channels_are_refused(county: County, facts: dict[str, str], field: str) -> None:
    boss = county.login("boss")
    page = boss.post(
        "/r/channels/new", {"name": "x", "centre_id": county.centres["county"].id, **facts}
    )
    assert page.status_code == 422
    assert field in words(page.text)
    assert not county.rows(select(Channel))


def test_secrets_of_channels_stay_sealed(county: County) -> None:
    boss = county.login("boss")
    done = boss.post(
        "/r/channels/new",
        {"name": "推送", "centre_id": county.centres["county"].id, "kind": "webhook",
         "security": "starttls", "url": "https://h/x", "url_query": "t=s3cret-1",
         "signing": "s3cret-2"},
    )  # fmt: skip
    assert done.status_code == 302, words(done.text)
    shown = boss.get(done.location).text + boss.get("/r/channels/export.csv").text
    with county.database.view(EVERYTHING) as session:
        rows = session.scalars(select(AuditRow)).all()
        shown += "".join(f"{row.before}{row.after}" for row in rows)
    assert "推送" in shown
    assert "s3cret" not in shown


def test_what_did_not_get_out_is_listed_and_tried_again(county: County) -> None:
    reachable(county, "leader")
    one = channel(county, port=outside.closed_port())
    told(county, "收不到", level="critical")
    now = datetime.now(UTC)
    plan(site(county), now)
    deliver(site(county), now)
    net = county.login("net")
    page = words(net.get("/notices/deliveries").text)
    assert "等待发送 收不到 郑局 邮箱" in page
    assert "连不上邮件服务器" in page
    with outside.post_office() as (post, port):
        with county.database.transaction(system("改端口")) as session:
            session.get_one(Channel, one).port = port
        mine = county.rows(select(Delivery))[0].id
        far = county.login("far")
        far.post("/notices/deliveries/retry", {"id": mine})
        assert county.one(Delivery, mine).tries == 1
        net.post("/notices/deliveries/retry", {"id": mine})
        deliver(site(county), datetime.now(UTC))
    assert len(post.messages) == 1
    assert "已发送 收不到 郑局 邮箱" in words(net.get("/notices/deliveries?state=sent").text)
    assert "没有符合条件的发送记录" in words(net.get("/notices/deliveries?state=failed").text)
    assert "还没有发送过通知" in words(far.get("/notices/deliveries").text)
    assert "收不到" in net.get("/notices/deliveries.csv").data.decode("utf-8-sig")
    assert county.login("sec").get("/notices/deliveries").status_code == 403


def test_copies_are_counted_as_they_stand(county: County) -> None:
    """The bell equals the rows, also for somebody who holds two roles that both are told."""
    told(county, "给查看运行的人", right="health", kind="wrong")
    mine = select(NoticeReceipt).where(NoticeReceipt.person_id == who(county, "boss").id)
    assert len(county.rows(mine)) == 1
    assert unread(county.login("boss").get("/notices/").text) == "1"
