"""Restored onto another machine over a real sshd: whole, beside what is there, by one rename."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from backups.pace import Pace
from backups.restore_targets import Refused, Wish, to_host
from netops.remote import Remote
from tests.backups.set_trees import KEY, item, place, write
from tests.openssh import sshd


class Trusting:
    """The one host key this test knows."""

    def __init__(self, key: str) -> None:
        self.key = key

    def expected(self, _host: str, _port: int) -> str:
        return self.key

    def learn(self, _host: str, _port: int, key: str) -> None:
        raise AssertionError(key)


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with sshd(tmp_path_factory.mktemp("sshd"), "Subsystem sftp internal-sftp") as server:
        yield Remote(
            "d1", "127.0.0.1", server.port, server.user, server.password, False,
            Trusting(server.key),
        )  # fmt: skip


@pytest.fixture
def writable() -> Iterator[Path]:
    """Where the account of the server may write: nobody else enters what pytest makes."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def test_onto_another_machine(remote: Remote, writable: Path, tmp_path: Path) -> None:
    write(tmp_path, [item("日志/a.log", b"x" * 5000), item("空", kind="folder"), item("b", b"")])
    there = writable
    wish, target = Wish(place(tmp_path), KEY, "HF-2026-0001"), f"{there}/查阅"
    taken = to_host(wish, tmp_path / "work", remote, target, Pace())
    assert taken.files == 3
    assert (there / "查阅/日志/a.log").read_bytes() == b"x" * 5000 and (there / "查阅/空").is_dir()
    with pytest.raises(Refused):
        to_host(wish, tmp_path / "again", remote, target, Pace())
    replacing = Wish(place(tmp_path), KEY, "HF-2026-0002", ["b"], replace=True)
    to_host(replacing, tmp_path / "third", remote, target, Pace())
    assert [one.name for one in (there / "查阅").iterdir()] == ["b"]
    assert (there / "查阅.before-HF-2026-0002/日志/a.log").is_file(), "what was there is kept"
