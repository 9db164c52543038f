"""No secret of a configuration comes out anywhere: planted in every family's every form, kept,
changed, compared, searched, judged, exported, pushed, told by devices, and looked for in all."""

import base64
import logging
import re
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from backups.configs import Cause
from inventory.change import Change
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import Device
from inventory.run import JobRun
from inventory.secret import Key
from netops.listener import Heard
from netops.senders import Sender
from netops.syslog import Said
from playbooks.complying_daily import look
from playbooks.messages import Book, word
from playbooks.site import Site
from tests.web.configured import at_home, export, keep, shelf
from tests.web.county import Browser, County

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "redaction"
MARKED = re.compile("⟦.*?⟧")
Kept = dict[str, tuple[str, str, str]]
CORE = "Zk9mPq2xVw"  # in every secret, and nowhere else
# family -> the profile of its devices; where a person brings the file, no profile names a family
PROFILES = {
    "vrp": "huawei_vrp", "comware": "h3c_comware", "ios": "cisco_ios", "rgos": "ruijie_os",
    "zxros": "zte_zxros", "frr": "frr", "nft": "linux_nft", "linux": "linux_nft",
    "topsec": "topsec", "any": "manual_export",
}  # fmt: skip
FINE = {"compliance": (200, 404), "jobs": (200, 302)}  # not judged; shown with its change
MANUAL = ("topsec", "any")
NOW = datetime.now(UTC).replace(microsecond=0)
PEM = "-----BEGIN RSA PRIVATE KEY-----\n{0}1ab/+\n{0}2cd==\n-----END RSA PRIVATE KEY-----"


def forms(family: str) -> list[str]:
    told: dict[str, list[str]] = yaml.safe_load((GOLDEN / f"{family}.yaml").read_text("utf-8"))
    return told["hidden"]


def text(family: str, turn: str) -> str:
    """A configuration of a family in all its forms, each with a secret of its own."""
    count = iter(range(9999))
    lines = [MARKED.sub(lambda _: f"{CORE}{turn}{next(count):03}", line) for line in forms(family)]
    body = [f"interface GE0/0/{n}\n description to-town-{n}" for n in range(5)]
    end = {"vrp": "return", "comware": "return"}.get(family, "end")
    return "\n".join([*lines, PEM.format(CORE + turn), *body, f"vlan 1{turn}", end, ""])


def hits(data: bytes) -> list[str]:
    """In which spellings a secret stands in these octets."""
    core = CORE.encode()
    looks = {"plain": core, "utf-16": CORE.encode("utf-16-le"), "hex": core.hex().encode()}
    looks["HEX"] = core.hex().upper().encode()
    for shift in range(3):
        octets = base64.b64encode(bytes(shift) + core)
        begin = -(-shift * 8 // 6)
        looks[f"base64 {shift}"] = octets[begin : (shift + len(core)) * 8 // 6]
    return [name for name, look_ in looks.items() if look_ in data]


def test_the_search_finds_what_it_looks_for() -> None:
    told = f"password 7 {CORE}V001".encode()
    assert hits(told) == ["plain"]
    assert hits(told.hex().encode()) == ["hex"]
    found = [hits(base64.b64encode(b"x" * n + told)) for n in range(3)]
    assert all(found)


@pytest.fixture
def kept(county: County) -> Kept:
    """family -> its device and two versions of its configuration; then the templates judged."""
    county.let_out()
    at_home(county)
    found = {}
    for number, (family, profile) in enumerate(PROFILES.items(), 1):
        with county.database.transaction(county.act()) as session:
            device = Device(
                centre_id=county.centres["county"].id, name=f"试验 {family}", kind="switch",
                address=f"10.41.9.{number}", profile=profile, v2c=True,
            )  # fmt: skip
            session.add(device)
        county.ids[family] = device.id  # type: ignore[index]
        old = _taken(county, family, 1, NOW - timedelta(hours=9))
        found[family] = device.id, old, _taken(county, family, 2, NOW - timedelta(hours=2))
    look(_site(county), NOW)
    return found


def _taken(county: County, family: str, turn: int, at: datetime) -> str:
    now = text(family, "VW"[turn - 1])
    if family in MANUAL:
        return export(county, family, now.encode("gb18030"), at).snapshot_id
    cause = Cause("syslog", author="liwang", source="10.41.0.20", evidence="HWCM/4/CFGCHANGE")
    done = keep(county, family, now, cause, at, saved=text(family, "V"))
    return done.snapshot_id


def _site(county: County) -> Site:
    return Site(
        county.database, county.history, Key.load(county.settings.key_file),
        county.settings.home, county.centres["county"].id,
    )  # fmt: skip


def hear(county: County, family: str, device: str) -> None:
    """The device reports what somebody typed on it, in the words of its vendor."""
    typed = MARKED.sub(f"{CORE}typed", forms(family)[0]).strip()
    said = (
        "%%01SHELL/5/CMDRECORD(s)[7]:Recorded command information. (Task=VT0, Ip=10.1.1.9, "
        f'VpnName=, User=wang, AuthenticationMethod="Local-user", Command="{typed}")'
    )
    sender = Sender(device, PROFILES[family], frozenset())
    one = word(Heard("udp", "10.41.9.1", NOW), Said(5, NOW, "R1", said), sender)
    with county.database.observe() as session:
        Book().write(session, [one] if one else [])


def pushed(county: County, net: Browser, device: str) -> None:
    """A change with a secret in its lines, and one that sets a password, wait on their pages."""
    base = {"device": device, "reason": f"更换 password={CORE}why", "minutes": "10"}
    lines = f"snmp-agent community read cipher {CORE}push"
    assert (
        net.post("/changes/new", base | {"procedure": "change", "lines": lines}).status_code == 302
    )
    rotate = base | {"procedure": "rotate_password", "secret": f"{CORE}new1!"}
    assert net.post("/changes/new", rotate).status_code in (302, 422)


def places(county: County, kept: Kept) -> Iterator[tuple[str, str]]:
    """(who, where) of all pages and exports of the area, and of what tells of it elsewhere."""
    for device, old, new in kept.values():
        for end in ("", "/blame", "/download"):
            yield from (("net", f"/configs/{key}{end}") for key in (old, new))
        yield "net", f"/configs/devices/{device}"
        yield "net", f"/configs/diff?a={old}&b={new}"
        yield "net", f"/configs/diff.patch?a={old}&b={new}"
        yield "net", f"/r/config-snapshots/{new}"
        yield "net", f"/compliance/{device}"
        yield "net", f"/devices/{device}/"
    for words in (CORE[:-1], "password", "community", "key"):
        yield "net", f"/configs/search?q={words}"
        yield from (("net", f"/configs/search.{kind}?q={words}") for kind in ("xlsx", "csv"))
    for page in ("/configs/", "/compliance/", "/messages/", "/today", "/log/", "/jobs/"):
        yield "net", page
    for table in ("/configs/export", "/messages/export", "/r/config-snapshots/export",
                  "/r/changes/export"):  # fmt: skip
        yield from (("net", f"{table}.{kind}") for kind in ("xlsx", "csv"))
    for change in county.rows(select(Change)):
        yield "net", f"/r/changes/{change.id}"
        yield "net", f"/changes/{change.id}/progress"
    for run in county.rows(select(JobRun)):
        yield "net", f"/jobs/{run.id}"
    yield "trail", "/audit/"
    yield "net", f"/search/?q={CORE[:-1]}"


def answers(kept: Kept) -> Iterator[str]:
    """The same by the API."""
    for device, old, new in kept.values():
        yield from (f"/configs/{new}", f"/configs/{new}/text", f"/devices/{device}/configs")
        yield f"/configs/diff?a={old}&b={new}"
    yield from ("/configs", "/configs/search?words=password", f"/configs/search?words={CORE[:-1]}")
    yield from ("/registers/changes", "/registers/config-snapshots")


def unpacked(data: bytes) -> bytes:
    """The content of a workbook, which is compressed."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(BytesIO(data)) as sheet:
        return b"".join(sheet.read(name) for name in sheet.namelist())


def objects(home: Path) -> bytes:
    """Everything git holds in a home, reachable or not."""
    told = b""
    for folder in (home / "configs").glob("*.git"):
        ask = ["git", f"--git-dir={folder}", "cat-file", "--batch-all-objects", "--batch"]
        told += subprocess.run(ask, capture_output=True, check=True).stdout
    return told


def files(county: County) -> Iterator[tuple[str, bytes]]:
    """Every file of the home and of the database, the vault too: it is encrypted."""
    at = Path(str(county.database.engine.url.database))
    homes = {county.settings.home, at.parent}
    for path in {path for home in homes for path in home.rglob("*") if path.is_file()}:
        yield path.name, path.read_bytes()


def test_no_secret_is_found_in_any_page_object_file_or_log(
    county: County, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    net = county.login("net")
    for family, (device, *_) in kept.items():
        if family not in MANUAL:
            hear(county, family, device)
    pushed(county, net, kept["vrp"][0])
    net.post("/configs/backup", {"id": [device for device, *_ in kept.values()]})
    found, wrong = [], {}
    for who, place in places(county, kept):
        answer = (net if who == "net" else county.login(who)).get(place)
        fine = answer.status_code in FINE.get(place.split("/")[1], (200,))
        wrong.update({} if fine else {place: answer.status_code})
        found += [(place, look_) for look_ in hits(unpacked(answer.data))]
    client, token = county.app.test_client(), county.token("net")
    for place in answers(kept):
        answer = client.get(f"/api/v1{place}", headers=token)
        wrong.update({} if answer.status_code == 200 else {place: answer.status_code})
        found += [(place, look_) for look_ in hits(answer.data)]
    found += [("git", look_) for look_ in hits(objects(county.settings.home))]
    found += [(name, look_) for name, data in files(county) for look_ in hits(data)]
    found += [("log", look_) for look_ in hits(caplog.text.encode())]
    assert (found, wrong) == ([], {})
    marks = objects(county.settings.home).count("<已隐去 ".encode())
    assert marks > 2 * sum(len(forms(family)) for family in PROFILES)
    assert hits(shelf(county).raw(county.one(ConfigSnapshot, kept["vrp"][2])))
