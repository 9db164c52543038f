"""The console about itself, for whoever must tell whether it can be trusted."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from inventory.run import JobRun
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
        connection.execute(text("DROP TRIGGER IF EXISTS audit_no_update"))
        connection.execute(text("UPDATE audit SET actor_name = '别人' WHERE seq = 3"))
    shown = words(county.login("net").post("/console/verify").text)
    assert "审计链在第 3 条断开" in shown


@pytest.mark.parametrize("who", ["net", "tech", "town"])
def test_everybody_may_look(county: County, who: str) -> None:
    assert county.login(who).get("/console/").status_code == 200


def test_few_statements(county: County) -> None:
    county.sweep()
    net = county.login("net")
    with selects(county.database) as sent:
        net.get("/console/")
    assert len(sent) <= 15
