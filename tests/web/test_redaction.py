"""No secret comes out again: not in pages, sheets, answers, rows, files, logs or errors."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from inventory import rotation
from inventory.channel import Channel
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.person import Person
from inventory.secret import Key
from netops.targets import target_of
from tests.planted import PLANTED, leaks, leaks_in
from tests.web.county import Browser, County, found_county
from web import create_app
from web.settings import Settings

_MOST = 400  # pages looked at by one person
_LEAVING = re.compile(r"^/(logout|language|login)")
_BUNDLED = re.compile(r"\.(css|js|svg|png|ico|woff2)$")
_KEPT = ("secret.key", "session.key")


@contextmanager
def heard() -> Iterator[io.StringIO]:
    """Everything anybody logs meanwhile, down to DEBUG, paramiko and netmiko included."""
    said = io.StringIO()
    hand, root = logging.StreamHandler(said), logging.getLogger()
    names = ("paramiko", "netmiko", "web", "inventory", "playbooks", "netops")
    loud = {name: logging.getLogger(name).level for name in names}
    before = root.level
    root.addHandler(hand)
    root.setLevel(logging.DEBUG)
    for name in loud:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield said
    finally:
        root.removeHandler(hand)
        root.setLevel(before)
        for name, level in loud.items():
            logging.getLogger(name).setLevel(level)


@pytest.fixture
def planted(settings: Settings, sqlite_database: Database) -> County:
    """A county whose every secret is one of PLANTED."""
    settings = replace(settings, session_key=PLANTED["session key"])
    county = found_county(create_app(settings, sqlite_database), sqlite_database, settings)
    key, place = Key.load(settings.key_file), {"centre_id": county.centres["county"].id}
    sealed = {name: key.seal(secret) for name, secret in PLANTED.items()}
    v3 = {"auth_protocol": "SHA-256", "priv_protocol": "AES"}
    with county.database.transaction(county.act()) as session:
        ssh = Credential(
            name="登录", kind="ssh", user="ops", password=sealed["ssh password"],
            enable=sealed["enable"], **place,
        )  # fmt: skip
        ways = [
            Credential(name="团体", kind="v2c", community=sealed["community"], **place),
            Credential(
                name="用户", kind="v3", user="ops", auth_secret=sealed["auth_secret"],
                priv_secret=sealed["priv_secret"], **v3, **place,
            ),
            Credential(
                name="业务库", kind="db", user="ops", password=sealed["database"], **place
            ),
        ]  # fmt: skip
        session.add_all([ssh, *ways])
        session.flush()
        for row in (ssh, *ways):
            row.weigh(session, dict.fromkeys(row.secrets, PLANTED["typed"]))
        device = session.get_one(Device, county.ids["core"])
        device.ssh_id, device.snmp_id = ssh.id, ways[1].id
        rotation.stage(session, ssh, {"password": sealed["staged"]})
        session.add(
            Channel(
                name="邮箱", kind="email", host="127.0.0.1", sender="a@b.cn", user="ops",
                password=sealed["smtp"], url_query=sealed["query"], signing=sealed["signing"],
                **place,
            )
        )  # fmt: skip
        person = session.scalars(select(Person).where(Person.login == "tech")).one()
        person.totp_secret = sealed["totp"]
    county.let_out()
    return county


def links(page: str) -> set[str]:
    found = re.findall(r'(?:href|hx-get|data-load)="(/[^"#]*)', page)
    return {unescape(url) for url in found if not _BUNDLED.search(url)}


def walk(browser: Browser) -> Iterator[tuple[str, bytes]]:
    """Every page and file a person can click to, each kind of address a few times."""
    waiting = ["/", "/r/credentials", "/r/channels", "/console/"]
    seen: set[str] = set()
    kinds: dict[str, int] = {}
    while waiting and len(seen) < _MOST:
        url = waiting.pop(0)
        kind = re.sub(r"[0-9a-z]{26}", "*", url.split("&")[0])
        kinds[kind] = kinds.get(kind, 0) + 1
        if url in seen or _LEAVING.match(url) or kinds[kind] > 6:
            continue
        seen.add(url)
        answer = browser.get(url, follow_redirects=True)
        yield url, answer.data
        answer.close()
        if "html" in answer.content_type:
            found = sorted(links(answer.text) - seen)
            secret = [link for link in found if "/credentials/" in link]  # before the many others
            waiting = [*secret, *waiting, *(link for link in found if link not in secret)]


@pytest.mark.parametrize("who", ["net", "boss"])
def test_no_page_sheet_or_file_tells_a_secret(planted: County, who: str) -> None:
    with heard() as log:
        told = dict(walk(planted.login(who)))
    assert {url: leaks(data) for url, data in told.items() if leaks(data)} == {}
    assert leaks(log.getvalue()) == []
    assert any("credentials" in url and url.endswith("/edit") for url in told)
    assert any("/export.xlsx" in url for url in told)
    assert len(told) > 60


@pytest.mark.parametrize("kind", ["xlsx", "csv", "yaml"])
@pytest.mark.parametrize("slug", ["credentials", "channels", "people", "rotations", "devices"])
def test_no_export_tells_a_secret(planted: County, slug: str, kind: str) -> None:
    answer = planted.login("boss").get(f"/r/{slug}/export.{kind}")
    assert answer.status_code == 200
    assert leaks(answer.data) == []


def test_no_answer_of_the_api_tells_a_secret(planted: County) -> None:
    boss = planted.login("boss")
    for slug in ("credentials", "channels", "people", "rotations"):
        answer = boss.get(f"/api/v1/registers/{slug}")
        assert answer.status_code == 200
        assert leaks(answer.data) == []


def test_nothing_in_the_database_or_in_any_file_is_in_clear(planted: County) -> None:
    net = planted.login("net")
    [ssh] = planted.rows(select(Credential).where(Credential.name == "登录"))
    net.post(f"/credentials/{ssh.id}/rotate/try")
    net.post(f"/credentials/{ssh.id}/rotate/enable", {"confirm": "登录"})
    net.post(f"/devices/{planted.ids['core']}/walk/", {"oid": "1.3.6.1.2.1.1"})
    net.post("/r/credentials/new", new_credential(planted, community=PLANTED["typed"]))
    with planted.database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(FULL)"))
    assert leaks_in(planted.settings.home, *_KEPT) == []


def new_credential(county: County, **facts: str) -> dict[str, str]:
    place = {"centre_id": county.centres["county"].id}
    return {"name": "新团体", "kind": "v2c", **place, **facts}


def test_a_refused_form_and_a_failed_login_do_not_repeat_what_was_typed(planted: County) -> None:
    typed = PLANTED["typed"]
    net = planted.login("net")
    form = new_credential(planted, community=typed, days="many", password=typed)
    account = {"now": typed, "current": typed, "new": typed, "again": typed, "password": typed}
    [ssh] = planted.rows(select(Credential).where(Credential.name == "业务库"))
    with heard() as log:
        answers = [
            net.post("/r/credentials/new", form),
            net.post("/r/credentials/new", new_credential(planted, kind="v3", auth_secret=typed)),
            net.post(f"/credentials/{ssh.id}/rotate/", {"password": typed[:6]}),
            net.post("/account/password", account),
            net.client.post("/login", data={"login": "net", "password": typed}),
            planted.app.test_client().get(
                "/api/v1/devices", headers={"Authorization": f"Bearer {PLANTED['token']}"}
            ),
            planted.app.test_client().get("/api/v1/devices", auth=("net", typed)),
        ]
    assert [leaks(answer.data) for answer in answers] == [[]] * len(answers)
    assert leaks(log.getvalue()) == []
    assert leaks_in(planted.settings.home, *_KEPT) == []


def test_a_program_error_tells_no_secret_on_the_page_or_in_the_log(planted: County) -> None:
    """The table is gone while secrets in clear are in the hands of the code that fails."""
    typed = PLANTED["typed"]
    net = planted.login("net")
    with planted.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE credential_state RENAME TO elsewhere"))
    planted.app.testing = False
    planted.app.config["PROPAGATE_EXCEPTIONS"] = False
    with heard() as log:
        answer = net.post("/r/credentials/new", new_credential(planted, community=typed))
        other = net.post("/login", {"login": "net", "password": typed})
    assert answer.status_code == 500
    assert leaks(answer.data) == []
    assert leaks(other.data) == []
    assert "Traceback" in log.getvalue()
    assert leaks(log.getvalue()) == []


def test_a_statement_that_fails_does_not_repeat_its_parameters(planted: County) -> None:
    with (
        pytest.raises(StatementError) as failed,
        planted.database.transaction(planted.act()) as session,
    ):
        row = session.scalars(select(Credential)).first()
        assert row is not None
        row.community = PLANTED["community"]  # type: ignore[assignment]  # forgot to seal it
        session.flush()
    assert leaks(str(failed.value)) == []


def test_what_is_printed_of_a_value_is_no_secret(planted: County) -> None:
    with planted.database.view(planted.act().scope) as session:
        rows = session.scalars(select(Credential)).all()
        key = Key.load(planted.settings.key_file)
        device = session.get_one(Device, planted.ids["core"])
        target = target_of(device, {row.id: row for row in rows}, key)
        assert target.snmp is not None
        assert target.snmp.auth_secret == PLANTED["auth_secret"]
        told = [repr(target), str(target), repr(key), str(vars(key)), *map(repr, rows)]
        told += [str(sealed) + repr(sealed) for row in rows for sealed in row.secrets.values()]
    told.append(repr(planted.settings))
    assert leaks("\n".join(told)) == []
