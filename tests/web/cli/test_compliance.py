"""Compliance by command: templates taken over, how devices stand, what deviates."""

from tests.web.cli.command import Run, told


def test_a_template_is_taken_over_and_devices_wait_for_it(run: Run) -> None:
    offered = told(run("config", "templates", "--json"))
    assert {one["family"] for one in offered} >= {"vrp", "rgos"}
    shown = run("config", "templates").output
    assert "华为 VRP" in shown
    assert "未经实机验证" in shown
    taken = told(run("config", "templates", "--take", "huawei_vrp", "--json"))
    assert (taken["name"], taken["version"]) == ("华为设备基线", "1")
    assert "没有名为“none”的模板" in run("config", "templates", "--take", "none", code=2).output
    run("device", "add", "--name", "核心", "--address", "10.41.9.8", "--kind", "switch",
        "--profile", "huawei_vrp", "--centre", "410225")  # fmt: skip
    (one,) = told(run("config", "compliance", "--json"))
    assert (one["device"], one["state"], one["fresh"]) == ("核心", "none", False)
    (same,) = told(run("config", "compliance", "--device", "核心", "--json"))
    assert same["deviations"] == []
    assert "还没有核对" in run("config", "compliance").output
    assert "没有名为“无”的设备" in run("config", "compliance", "--device", "无", code=2).output
