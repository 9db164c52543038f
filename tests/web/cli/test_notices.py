"""Notices by command: what somebody has to read, and whether a channel works."""

from pathlib import Path

from sqlalchemy import select

from inventory.act import system
from inventory.centre import Centre
from inventory.channel import Channel
from inventory.db import open_database
from inventory.notice import tell
from inventory.person import Person
from tests import outside
from tests.web.cli.command import CENTRE, Run, told


def prepare(home: Path, port: int) -> None:
    """The founder gets an address and two notices; the centre a channel."""
    database = open_database(f"sqlite:///{home}/netops.db")
    with database.transaction(system("准备")) as session:
        centre = session.scalars(select(Centre).where(Centre.code == CENTRE)).one()
        who = session.scalars(select(Person)).one()
        who.email = "founder@example.gov.cn"
        session.add(
            Channel(
                centre_id=centre.id, name="邮箱", kind="email", host="127.0.0.1", port=port,
                security="none", sender="ops@example.gov.cn",
            )
        )  # fmt: skip
        tell(session, "due", "该换口令了", centre_id=centre.id, person_id=who.id)
        tell(session, "wrong", "磁盘将满", centre_id=centre.id, right="setup", level="critical")
    database.close()


def test_what_somebody_has_to_read(run: Run, home: Path) -> None:
    prepare(home, 1)
    said = run("notice", "list", "admin").stdout
    assert said.index("磁盘将满") < said.index("该换口令了")
    assert "紧急" in said
    assert [one["read_at"] for one in told(run("notice", "list", "admin", "--json"))] == [
        None,
        None,
    ]
    assert "没有人员叫“nobody”" in run("notice", "list", "nobody", code=2).stderr


def test_a_channel_is_tried(run: Run, home: Path) -> None:
    with outside.post_office() as (post, port):
        prepare(home, port)
        said = run("notice", "test", "邮箱", "--to", "admin").stdout
    assert "founder@example.gov.cn" in said
    assert post.messages[0]["Subject"] == "值守台测试通知"


def test_a_failed_try_says_why(run: Run, home: Path) -> None:
    prepare(home, outside.closed_port())
    assert "连不上邮件服务器" in run("notice", "test", "邮箱", "--to", "admin", code=1).stderr
    assert "没有通知渠道叫“短信”" in run("notice", "test", "短信", "--to", "admin", code=2).stderr
