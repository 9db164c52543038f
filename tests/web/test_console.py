"""The console about itself, for whoever must tell whether it can be trusted."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from inventory.run import JobRun
from inventory.verdict import judge, keep
from netops.doors import Door
from playbooks.reception import Reception, Stranger, tell
from tests.web.county import County, selects
from tests.web.reader import tiles, words


def test_machine_database_samples_and_sweeps(county: County) -> None:
    county.sweep()
    page = county.login("net").get("/console/").text
    shown = tiles(page)
    assert shown["后台"] == "正常"
    assert shown["内存"].endswith("%")
    assert "sqlite 3." in words(page)
    assert "1 天，保留 35 天" in words(page)
    assert "状态轮询 0.5 s" in words(page)
    assert "正常 4" in words(page)


def test_a_dead_background_is_told(county: County) -> None:
    county.sweep()
    with county.database.observe() as session:
        session.query(JobRun).one().ended_at = datetime.now(UTC) - timedelta(hours=1)
    page = county.login("net").get("/console/live").text
    assert tiles(page)["后台"] == "没有在轮询"
    assert "后台没有在轮询：最近一次轮询完成于" in words(page)


def test_a_console_that_never_polled(county: County) -> None:
    shown = words(county.login("net").get("/console/").text)
    assert "后台还没有完成过一次轮询" in shown
    assert "还没有例行采集" in shown
    assert "0 天，保留 35 天" in shown


def test_versions_and_settings_without_secrets(county: County) -> None:
    page = county.login("net").get("/console/").text
    shown = words(page)
    assert "sqlalchemy 2." in shown
    assert "NETOPS_STATUS_SECONDS 60 状态巡检间隔，秒" in shown
    assert "DATABASE_URL ••••••" in shown
    assert county.settings.database_url not in page
    english = words(county.login("net").get("/console/?lang=en").text)
    assert "NETOPS_STATUS_SECONDS 60 seconds between status sweeps" in english


def test_the_chain_is_verified_on_demand(county: County) -> None:
    net = county.login("net")
    assert "已核对" not in words(net.get("/console/").text)
    assert "首尾相接，没有改动。" in words(net.post("/console/verify").text)


def test_a_broken_chain_names_the_row(county: County) -> None:
    with county.database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_kept_update"))
        connection.execute(text("UPDATE audit SET actor_name = '别人' WHERE seq = 3"))
    shown = words(county.login("net").post("/console/verify").text)
    assert "审计记录第 3 行被改过" in shown


def test_the_last_look_of_the_night_is_shown(county: County) -> None:
    with county.database.observe() as session:
        keep(session, judge(session, (), datetime.now(UTC)))
    assert "上次全部核对 —" not in words(county.login("net").get("/console/").text)
    with county.database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_kept_delete"))
    with county.database.observe() as session:
        keep(session, judge(session, (), datetime.now(UTC)))
    assert "触发器不在或被改动：audit_kept_delete" in words(
        county.login("net").get("/console/").text
    )


@pytest.mark.parametrize("who", ["net", "tech", "town"])
def test_everybody_may_look(county: County, who: str) -> None:
    assert county.login(who).get("/console/").status_code == 200


def test_few_statements(county: County) -> None:
    county.sweep()
    net = county.login("net")
    with selects(county.database) as sent:
        net.get("/console/")
    assert len(sent) <= 16


def test_the_receivers_say_what_they_hear(county: County) -> None:
    net = county.login("net")
    assert "没有在接收" in words(net.get("/console/").text)
    now = datetime.now(UTC)
    doors = Door("syslog", 514, 5514, "无权监听"), Door("trap", 162, 0, "已被其他程序占用")
    counts = {"received": 1200, "understood": 30, "unknown": 7, "limited": 4, "dropped": 1}
    stranger = Stranger("10.9.9.9", "GHOST", 7, now)
    with county.database.observe() as session:
        tell(session, Reception(now, now, doors, counts, (stranger,)))
    shown = words(net.get("/console/live").text)
    assert "端口 514 无权监听，现在用端口 5514 接收" in shown
    assert "端口 162 已被其他程序占用，没有接收。" in shown
    assert "收到 1,200 认得的 30 来源不明 7 过多而略去 5 不能验证的 Trap 0" in shown
    assert "10.9.9.9 GHOST 7" in shown
    english = words(net.get("/console/live?lang=en").text)
    assert "Port 162 is taken by another program; not listening." in english
