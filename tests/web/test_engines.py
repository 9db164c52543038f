"""Every watching page answers on both databases: their SQL is the same, their dialects are not."""

from sqlalchemy import select

from inventory.device import Device
from inventory.run import JobRun
from tests.web.county import County, gauge
from tests.web.reader import tiles, words


def test_pages_say_the_same_on_both(both: County) -> None:
    both.sweep(edge="down", leaf="down")
    both.count("core", octets=750_000_000)
    both.measure("ups", gauge("output_source", 5, ""))
    net = both.login("net")
    page = net.get("/").text
    assert tiles(page) == {
        "正常": "2",
        "中断": "1",
        "不可达（因上级）": "1",
        "未知": "0",
        "暂停": "0",
    }
    assert "输出来源 电池" in words(page)
    assert "城关镇 中断 1 不可达 1 / 2" in words(page)
    assert "GigabitEthernet0/0/3 至乡镇 3 60 %" in words(net.get("/status/ports").text)
    core = f"/devices/{both.ids['core']}"
    assert "GigabitEthernet0/0/2 至乡镇 2" in words(net.get(f"{core}/ports?sort=-share").text)
    urls = ["/jobs/", "/jobs/?by=clock&state=done", "/console/", "/discover/", "/search/?q=城关"]
    urls += [f"{core}/{tab}" for tab in ("", "head", "sensors", "log", "changes")]
    urls += [f"{core}/ports?sort={key}" for key in ("state", "-errors", "changed", "name")]
    assert {url: net.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)


def test_acts_are_done_on_both(both: County) -> None:
    net = both.login("net")
    net.post(f"/devices/{both.ids['core']}/poll")
    net.post(f"/devices/{both.ids['ups']}/pause", {"paused": "yes"})
    run = both.rows(select(JobRun))[0]
    net.post(f"/jobs/{run.id}/cancel")
    assert both.one(JobRun, run.id).state == "cancelled"
    assert both.one(Device, both.ids["ups"]).paused is True
    assert "首尾相接" in net.post("/console/verify").text
