"""Facts out of real devices' answers, compared with what ntc-templates' own people read there.

The recordings are not part of this project: they are ntc-templates' test data (Apache-2.0), laid
beside it. Each `.raw` answer has a `.yml` with the values a person expects.
"""

from pathlib import Path

import pytest
import yaml

from netops.ssh_facts import identity, seconds

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings" / "cli"
COMMANDS = {
    "huawei_vrp": "display_version",
    "hp_comware": "display_device_manuinfo",
    "cisco_ios": "show_version",
    "zte_zxros": "show_version",
}
RAW = [
    pytest.param(platform, file, id=file.stem)
    for platform, command in COMMANDS.items()
    for file in sorted((RECORDINGS / platform / command).glob("*.raw"))
]


@pytest.mark.skipif(not RAW, reason="no recordings of real devices' answers beside the project")
@pytest.mark.parametrize(("platform", "file"), RAW)
def test_a_real_devices_answer_is_understood(platform: str, file: Path) -> None:
    rows = yaml.safe_load(file.with_suffix(".yml").read_text())["parsed_sample"]
    row = next(row for row in rows if row.get("device_name", "no board without a name"))
    answer = file.read_text()
    found = identity(platform, "", "SW1", {COMMANDS[platform].replace("_", " "): answer})
    told = {
        key: value[0] if isinstance(value, list) and value else value for key, value in row.items()
    }
    if platform == "hp_comware":
        assert (found.model, found.serial) == (told["device_name"], told["device_serial_number"])
        return
    assert str(told.get("product_version") or told["version"]).endswith(found.version)
    assert found.model
    assert str(told.get("hardware") or told.get("model")).strip().startswith(found.model)
    assert found.serial == told.get("serial", "")
    assert found.uptime == seconds(told["uptime"])


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("3 weeks, 2 days, 10 hours, 59 minutes", 2026740),
        ("1 year, 22 weeks, 6 days, 9 hours, 38 minutes", 45394680),
        ("23 day(s), 10 hour(s), 59 minute(s)", 2026740),
        ("23:10:59:01", 2026741),
        ("2026741.25 8000000.00", 2026741.25),
        ("0 week, 0 day, 0 hour, 3 minutes", 180),
        ("soon", None),
    ],
)
def test_an_uptime_is_seconds(told: str, meant: float | None) -> None:
    assert seconds(told) == meant


def test_a_vendor_without_template_is_read_by_pattern() -> None:
    answer = (
        "System description      : Ruijie 10G Routing Switch(S5750-24GT/12SFP) By Ruijie Networks\n"
        "System uptime           : 0:00:03:00\n"
        "System software version : RGOS 10.4(2b12) Release(180357)\n"
        "System serial number    : 1234942570018\n"
    )
    found = identity("ruijie_os", "锐捷", "SW1", {"show version": answer})
    assert (found.model, found.serial) == ("S5750-24GT/12SFP", "1234942570018")
    assert (found.version, found.uptime) == ("RGOS 10.4(2b12) Release(180357)", 180)


def test_nothing_told_is_nothing_known() -> None:
    found = identity("huawei_vrp", "华为", "SW1", {"display version": "", "display esn": "x"})
    assert (found.model, found.serial, found.version, found.uptime) == ("", "", "", None)
