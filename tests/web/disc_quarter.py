"""A county with a quarter's backups, real sets on disk: a database, firewall logs, documents, and
the core switch's configuration. Everything lies in the past, whatever day it is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from sqlalchemy import select

from backups.backup_keys import centre_key
from backups.configs import Cause
from backups.gathering import Item
from backups.pace import Pace
from backups.set_manifest import SetFacts
from backups.set_writing import write_set
from backups.sets import folder_of
from inventory.act import system
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.keys import new_key
from inventory.run import JobRun
from inventory.secret import Key
from inventory.stepping import moving
from playbooks.dispatch import Pool
from playbooks.duties import WORKS
from playbooks.jobs import take_asked
from playbooks.site import Site
from tests.patience import until
from tests.web import configured
from tests.web.configured import at_home
from tests.web.county import PASSWORD, Browser, County

QUARTER = "2026Q3"
AT = datetime(2026, 8, 3, 2, tzinfo=UTC)
CONFIG = "#\nsysname LK-CORE\n#\naaa\n local-user ops password cipher Lankao@Secret-77\n#\nreturn\n"
PLAIN = {"fw/2026-08.log": b"deny tcp 10.41.7.7\n" * 40, "fw/empty.log": b""}
PAPERS = {"报表/八月.txt": "八月业务报表".encode(), "归档.zip": b"PK\x03\x04" + bytes(50)}
SECRET = {"dump.sql": b"INSERT INTO citizen VALUES ('ZHANG SAN')\n" * 200}


def site_of(county: County) -> Site:
    key = Key.load(county.settings.key_file)
    centre = county.centres["county"].id
    return Site(county.database, county.history, key, county.settings.home, centre)


def quarter(county: County, months: tuple[str, ...] = ("2026-07", "2026-08", "2026-09")) -> None:
    """The sources, and good sets of these months."""
    at_home(county)
    configured.keep(county, "core", CONFIG, Cause("sweep"), AT)
    sources = [
        _source(county, "办公系统库", "software", "postgresql", database="oa"),
        _source(county, "防火墙日志", "logs", "files", paths="/var/log/fw"),
        _source(county, "业务资料", "documents", "files", paths="/srv/papers"),
    ]
    for source, files in zip(sources, (SECRET, PLAIN, PAPERS), strict=True):
        for month in months:
            keep_set(county, source, month, files)


def keep_set(county: County, source: BackupSource, period: str, files: dict[str, bytes]) -> str:
    """A good set, on disk and in the catalogue; its id."""
    site = site_of(county)
    key_id, raw, print_id = centre_key(county.database, site.key, source.centre_id)
    with county.database.transaction(system("备份")) as session:
        row = BackupSet(
            centre_id=source.centre_id, source_id=source.id, kind=source.kind, period=period,
            started_at=AT,
        )  # fmt: skip
        session.add(row)
        session.flush()
        with moving(session, row):
            row.state, row.ended_at, row.checked_at, row.key_id = "good", AT, AT, key_id
    facts = SetFacts(
        row.id, row.number, source.id, source.name, source.centre_id, "兰考", source.kind,
        source.method, period, AT,
    )  # fmt: skip
    write_set(folder_of(site.home, row), facts, raw, print_id, _items(files), Pace())
    return row.id


def _items(files: dict[str, bytes]) -> Iterator[Item]:
    for path, data in files.items():
        yield Item(path, len(data), AT, lambda data=data: BytesIO(data))  # type: ignore[misc]


def _source(county: County, name: str, kind: str, method: str, **facts: Any) -> BackupSource:
    with county.database.transaction(system("来源")) as session:
        row = BackupSource(
            centre_id=county.centres["county"].id, name=name, kind=kind, method=method,
            since=date(2026, 7, 1), **facts,
        )  # fmt: skip
        session.add(row)
    return row


def asked(county: County, kind: str, subject: str, **params: Any) -> None:
    """Ask as the command line does, which says more than a page."""
    key = new_key()
    with county.database.observe() as session:
        session.add(
            JobRun(
                id=key, site="local", kind=kind, slot=key, subject=subject, params=params,
                centre_id=county.centres["county"].id, requested_at=datetime.now(UTC),
            )
        )  # fmt: skip


def work(county: County) -> list[JobRun]:
    """The worker takes what was asked for, to its end; the runs of this turn."""
    pool = Pool(2)
    try:
        ids = take_asked(site_of(county), pool, WORKS)
        until(lambda: all(one.ended for one in _runs(county, ids)))
    finally:
        pool.close()
    return _runs(county, ids)


def _runs(county: County, ids: list[str]) -> list[JobRun]:
    return county.rows(select(JobRun).where(JobRun.id.in_(ids)).order_by(JobRun.id))


def step(browser: Browser, address: str, name: str, **typed: str) -> tuple[int, str]:
    """Take a step on a row's page: the status of the answer and the page one comes to."""
    page = browser.get(address).text
    seen = page.split('name="seen" value="')[1].split('"')[0] if 'name="seen"' in page else ""
    told = {"seen": seen, "proof_password": PASSWORD, **typed}
    done = browser.post(f"{address}/do/{name}", told)
    return done.status_code, done.text if done.status_code != 302 else browser.get(address).text
