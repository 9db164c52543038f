"""Files of another machine over a real OpenSSH server, and what is told when it does not answer."""

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from netops.errors import AuthRejected, CommandRejected, Unreachable, Unreadable
from netops.remote import Remote
from netops.ssh_files import files, run, streamed
from netops.ssh_keys import HostKeyChanged
from tests.openssh import LEGACY, Server, sshd
from tests.patience import ANSWER
from tests.peers import free_port

SFTP = "Subsystem sftp echo $$ > {at}/pid; exec /usr/lib/openssh/sftp-server"
GBK = "村民档案.txt".encode("gbk")


class Known:
    """Host keys in memory."""

    def __init__(self, key: str = "") -> None:
        self.key = key

    def expected(self, _host: str, _port: int) -> str | None:
        return self.key or None

    def learn(self, _host: str, _port: int, key: str) -> None:
        assert not self.key
        self.key = key


@pytest.fixture(scope="module")
def told() -> Iterator[Path]:
    """Where the server's sessions write their process ids."""
    with _open_to_all() as folder:
        yield folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, told: Path) -> Iterator[Server]:
    with sshd(tmp_path_factory.mktemp("sshd"), more=SFTP.format(at=told)) as running:
        yield running


@pytest.fixture
def home() -> Iterator[Path]:
    with _open_to_all() as folder:
        yield folder


@contextmanager
def _open_to_all() -> Iterator[Path]:
    """A folder that the server's own account may read and write."""
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def remote(server: Server, **other: object) -> Remote:
    made = Remote("d", "127.0.0.1", server.port, server.user, server.password, patience=ANSWER * 6)
    return replace(made, **{"known": Known(), **other})  # type: ignore[arg-type]


def tree(home: Path) -> None:
    (home / "b" / "deep").mkdir(parents=True)
    (home / "cache").mkdir()
    (home / "a.log").write_bytes(b"one\n")
    (home / "b" / "deep" / "电子表格.xlsx").write_bytes(os.urandom(300_000))
    (home / "b" / "x.tmp").write_bytes(b"no")
    (home / "cache" / "y").write_bytes(b"no")
    (home / "b" / "link").symlink_to("../a.log")
    os.mkfifo(home / "pipe")
    Path(os.fsdecode(os.fsencode(home) + b"/" + GBK)).write_bytes(b"gbk")


def test_a_tree_is_walked_sorted_and_read_whole(server: Server, home: Path) -> None:
    tree(home)
    (home / "shut").mkdir(mode=0o700)
    refused: list[str] = []
    with files(remote(server)) as far:
        found = far.walk(str(home), ("*.tmp", "cache/"), lambda path, _error: refused.append(path))
        told = {one.path: one for one in found}
        odd = os.fsdecode(GBK)
        assert list(told) == [
            "a.log", "b", "b/deep", "b/deep/电子表格.xlsx", "b/link", "pipe", "shut", odd,
        ]  # fmt: skip
        assert (told["b/link"].kind, told["b/link"].link) == ("link", "../a.log")
        assert (told["pipe"].kind, told["b"].kind) == ("other", "folder")
        assert abs(told["a.log"].modified - (home / "a.log").stat().st_mtime) < 1
        assert refused == ["shut"]
        with far.open(f"{home}/{odd}") as file:
            assert file.read() == b"gbk"
        whole = (home / "b/deep/电子表格.xlsx").read_bytes()
        with far.open(f"{home}/b/deep/电子表格.xlsx") as file:
            assert file.read() == whole
        with far.open(f"{home}/b/deep/电子表格.xlsx", 123_456) as file:
            assert file.read(7) == whole[123_456:123_463]  # and the rest is never asked for
        with pytest.raises(FileNotFoundError):
            far.open(f"{home}/none")
        with pytest.raises(PermissionError):
            list(far.walk(f"{home}/shut"))


def test_what_grows_while_it_is_read_ends_where_it_was(server: Server, home: Path) -> None:
    log = home / "growing.log"
    log.write_bytes(b"x" * 5_000_000)
    with files(remote(server)) as far, far.open(str(log)) as file:
        begun = file.read(10)
        with log.open("ab") as more:
            more.write(b"later" * 1000)
        assert len(begun) + len(file.read()) == 5_000_000
        short = far.open(str(log))
        os.truncate(log, 1000)
        assert len(short.read()) < 5_000_000  # and ends, instead of waiting for what is gone


def test_files_are_put_resumed_renamed_and_removed(server: Server, home: Path) -> None:
    whole = os.urandom(3_000_000)
    moved: list[int] = []
    with files(remote(server)) as far:
        far.make_folder(f"{home}/sets/一/二")
        far.make_folder(f"{home}/sets/一/二")
        path = f"{home}/sets/一/二/content.000"
        assert far.put(BytesIO(whole), path, tell=moved.append) == sum(moved) == len(whole)
        assert Path(path).read_bytes() == whole
        assert Path(path).stat().st_mode & 0o777 == 0o600
        os.truncate(path, 2_000_000)
        moved.clear()
        far.put(BytesIO(whole), path, resume=True, tell=moved.append)
        assert Path(path).read_bytes() == whole
        assert sum(moved) < 2_100_000
        far.put(BytesIO(b"short"), f"{path}.part")
        far.rename(f"{path}.part", path)
        assert (far.size(path), far.size(f"{path}.part")) == (5, None)
        far.remove(path)
        far.remove(path)
        far.remove_folder(f"{home}/sets/一/二")
        assert not Path(path).parent.exists()


def test_programs_run_with_their_arguments_as_they_are(server: Server) -> None:
    here = remote(server)
    ran = run(here, ["printf", "%s|", "a b", "$HOME", "'", "中文"])
    assert (ran.out.decode(), ran.status) == ("a b|$HOME|'|中文|", 0)
    assert run(here, ["cat"], b"given").out == b"given"
    failed = run(here, ["sh", "-c", "echo half; echo why >&2; exit 3"])
    assert (failed.out, failed.err[-4:], failed.status) == (b"half\n", "why\n", 3)
    noisy = "head -c 5000000 /dev/zero | tee /dev/stderr; kill -9 $$"
    with streamed(here, ["sh", "-c", noisy]) as program:
        total = sum(len(piece) for piece in iter(lambda: program.read(65536), b""))
        assert (total, program.exit_status(), len(program.stderr)) == (5_000_000, -1, 65536)


def test_who_answers_must_be_who_answered_the_last_time(server: Server) -> None:
    known = Known()
    with files(remote(server, known=known)):
        assert known.key == server.key
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS"
    refusals = server.refusals()
    with pytest.raises(HostKeyChanged), files(remote(server, known=Known(other), password="x")):
        pass
    assert server.refusals() == refusals  # the password was not sent
    stranger = Known()
    with (
        pytest.raises(AuthRejected, match="拒绝了用户"),
        files(remote(server, known=stranger, password="wrong")),
    ):
        pass
    assert (server.refusals(), stranger.key) == (refusals + 1, "")


def test_outgrown_algorithms_need_the_opt_in(tmp_path: Path) -> None:
    with sshd(tmp_path, more=LEGACY, key="rsa") as old:
        with pytest.raises(Unreadable, match="没有共同的 SSH 算法"), files(remote(old)):
            pass
        with pytest.raises(Unreadable, match="没有 SFTP 服务"), files(remote(old, weak=True)):
            pass


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_no_answer_is_told_and_ends(server: Server, home: Path, told: Path) -> None:
    gone = Remote("d", "127.0.0.1", free_port(), "u", "p", known=Known(), patience=1)
    with pytest.raises(Unreachable, match=f"127.0.0.1:{gone.port} 拒绝连接"), files(gone):
        pass
    with (
        silent() as port,
        pytest.raises(Unreachable, match="没有完成 SSH 握手"),
        files(replace(gone, port=port)),
    ):
        pass
    big = home / "big"
    big.write_bytes(bytes(30_000_000))
    with files(remote(server)) as far, far.open(str(big)) as file:
        file.read(1000)
        far._wire._channel.settimeout(1)  # type: ignore[attr-defined]
        session = int((told / "pid").read_text())
        os.kill(session, signal.SIGSTOP)
        with pytest.raises(Unreachable, match=f"在读取 {big}时 .* 秒没有应答，没有完成") as stalled:
            while file.read(1 << 20):
                continue
        os.kill(session, signal.SIGKILL)
    assert not stalled.value.permanent
    with files(remote(server)) as far, far.open(str(big)) as file:
        file.read(1000)
        os.kill(int((told / "pid").read_text()), signal.SIGKILL)
        with pytest.raises(Unreachable, match="断开了连接"):
            while file.read(1 << 20):
                continue


def test_a_full_disk_there_is_no_success(server: Server) -> None:
    with files(remote(server)) as far, pytest.raises(CommandRejected, match="没有写入 /dev/full"):
        far.put(BytesIO(b"x" * 100_000), "/dev/full")
