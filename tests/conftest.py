"""Fixtures every test may use: a migrated database on both engines, and a small centre tree."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from inventory.db import Database, open_database
from inventory.founding import found
from inventory.migrations import migrate
from inventory.schema import metadata  # noqa: F401  (maps every table)
from tests import postgres
from tests.copies import shrink
from tests.lab import need, need_programs
from tests.patience import WHOLE
from tests.peers import free_port
from tests.rsyslog import Rsyslog
from tests.statements import keep_compiled

# What argon2 takes by itself, and the console with it, is a quarter of a second and 64 MiB: what an
# attacker should pay, and not each login of some thousand tests. That the console really asks for
# it is seen in a process of its own (tests/inventory/test_argon.py).
PasswordHasher.__init__.__defaults__ = (1, 64, 1, *(PasswordHasher.__init__.__defaults__ or ())[3:])

keep_compiled()

# No example is refused for being slow. Where the suite decides about a change, two runs of it try
# the same examples: what a new one would find is nothing the change has done.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("decides", settings.get_profile("steady"), derandomize=True)
settings.load_profile(
    "decides" if "CI" in os.environ or os.environ.get("LAB_REQUIRED") == "1" else "steady"
)

# The longest files, handed out first: one of them begun last would keep the others waiting.
LONG = (
    "test_attacks_browser.py", "test_attacks_scope.py", "test_attacks_requests.py",
    "test_routes.py", "test_procedure_lab.py", "test_attacks_login.py", "test_attacks_pages.py",
    "test_leave.py", "test_people.py", "test_setup.py", "test_resealing.py", "test_redaction.py",
    "test_up.py", "test_printing.py", "test_binding_lab.py", "test_backup.py", "test_registers.py",
    "test_properties.py", "test_log_played.py", "test_look.py", "test_api.py", "test_secret.py",
    "test_handover.py", "test_day_one.py", "test_config_lab.py", "test_today.py",
    "test_account.py", "test_binding_push.py",
)  # fmt: skip


# Where a browser, network namespaces or a whole console take part, a machine that is busy with
# other things may fail a test that says nothing of ours. These are asked once more; the summary
# names who was asked twice, and twice failed is failed. Who is named there often has a defect.
_WHOLE_CONSOLES = ("test_up.py", "test_setup.py")


def _has_a_world_outside(item: pytest.Item) -> bool:
    name = item.path.name
    return (
        "chromium" in getattr(item, "fixturenames", ())
        or name.endswith("_lab.py")
        or name in _WHOLE_CONSOLES
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several share the work (`-n`), the longest files come first. What hangs is ended, and
    nothing that is only slow."""
    for item in items:
        item.add_marker(pytest.mark.timeout(WHOLE))
        if _has_a_world_outside(item):
            item.add_marker(pytest.mark.flaky(reruns=1))
    if hasattr(config, "workerinput"):
        place = {name: number for number, name in enumerate(LONG)}
        items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


def pytest_collection_finish() -> None:
    """Some thousand tests and all our modules live as long as the run: nobody need look through
    them for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """From here on a console may be gone while its pages are still open."""
    complaints = getattr(item, "funcargs", {}).get("complaints")
    if complaints is not None:
        complaints.over = True


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated empty SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "netops.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database.engine)
    shrink(database)
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL cluster."""
    need(postgres.binaries() is not None, "postgresql-15")
    with postgres.cluster() as url:
        yield url


@pytest.fixture(scope="session")
def lender(postgres_server: str) -> postgres.Lender:
    """Its migrated empty databases."""
    lender = postgres.Lender(postgres_server)
    lender.prepare()
    return lender


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """SQLite only, for tests of what sits above the data layer."""
    path = tmp_path / "netops.db"
    shutil.copy(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def founded_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a centre founded in it (兰考, and Henan's units around it)."""
    path = tmp_path_factory.mktemp("founded_template") / "netops.db"
    shutil.copy(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    found(database, "410225", "admin", "管理员")
    shrink(database)
    return path


@pytest.fixture
def founded_database(founded_template: Path, tmp_path: Path) -> Iterator[Database]:
    """SQLite only, with a founded centre."""
    path = tmp_path / "netops.db"
    shutil.copy(founded_template, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same test on both engines: the data layer may not know which one it stands on."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    with request.getfixturevalue("lender").lent() as url:
        database = open_database(url)
        yield database
        database.close()


@pytest.fixture
def rsyslog(tmp_path: Path) -> Iterator[Rsyslog]:
    """A log server that keeps what it understood."""
    need_programs("rsyslogd")
    folder = tmp_path / "rsyslog"
    folder.mkdir()
    server = Rsyslog(folder, free_port())
    server.start()
    yield server
    server.stop()
