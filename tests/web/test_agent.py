"""The agent, run as the one file it is, against a served console: what it sends becomes a set."""

import hashlib
import json
import os
import ssl
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from backups.delivered import plain
from backups.delivery import CHUNK, Claim, Deliveries
from backups.gathering import Item, NotGathered, Order, gather, settle
from backups.pace import Pace
from backups.set_entry import tar_header
from backups.staging import folder_of
from inventory.audit import AuditRow
from inventory.backup_source import BackupSource
from netops.agent_packing import outermost
from netops.agent_zip import archive
from tests.browser import serve
from tests.lab import need_programs
from tests.patience import PATIENCE
from tests.web.caller import V1
from tests.web.county import County


@dataclass
class Machine:
    """A server with the agent: its folder of files, and how the program is started."""

    home: Path
    county: County
    source: str
    token: str

    @property
    def data(self) -> Path:
        return self.home / "data"

    def install(self, url: str, **other: str) -> None:
        (self.home / "netops-agent.pyz").write_bytes(archive())
        told = {"url": url, "token": self.token, "plain": "yes", "pauses": "0"} | other
        lines = ["[console]", *(f"{name} = {value}" for name, value in told.items())]
        lines += ["[source]", f"id = {self.source}", f"folders =\n    {self.data}"]
        settings = self.home / "netops-agent.ini"
        settings.write_text("\n".join([*lines, "exclude =\n    *.tmp\n"]), encoding="utf-8")
        settings.chmod(0o600)

    def run(self, *more: str) -> tuple[int, str]:
        """Its exit code, and all it says."""
        line = [sys.executable, "-I", str(self.home / "netops-agent.pyz"), *more]
        ran = subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return ran.returncode, ran.stdout + ran.stderr

    @property
    def order(self) -> Order:
        staging = folder_of(self.county.settings.home, self.source)
        work = self.home / "work"
        return Order(self.source, "资料", "documents", "files", "agent", work, staging=staging)

    def gathered(self) -> dict[str, Any]:
        with gather(self.order, Pace()) as gathered:
            return {item.path: item.link or read(item) for item in gathered.items}


def read(item: Item) -> bytes:
    with item.open() as file:
        return file.read()


@pytest.fixture
def machine(county: County, tmp_path: Path) -> Machine:
    home = tmp_path / "machine"
    (home / "data" / "sub").mkdir(parents=True)
    token = county.token("tech", "record")["Authorization"].removeprefix("Bearer ")
    return Machine(home, county, source(county), token)


def source(county: County, **other: Any) -> str:
    told = {"name": "考城镇资料", "kind": "documents", "method": "files", "reach": "agent",
            "centre_id": county.centres["county"].id, "paths": "/"} | other  # fmt: skip
    with county.database.transaction(county.act()) as session:
        row = BackupSource(**told)
        session.add(row)
    return row.id


def test_what_the_agent_sends_becomes_a_set_and_then_only_what_is_new(machine: Machine) -> None:
    data, inside = machine.data, str(machine.data).lstrip("/")
    (data / "账目.xlsx").write_bytes(os.urandom(CHUNK + 1000))
    (data / "sub" / "a").write_bytes(b"a")
    (data / "sub" / "x.tmp").write_bytes(b"no")
    (data / "link").symlink_to("sub/a")
    with serve(machine.county.app) as url:
        machine.install(url)
        assert machine.run("--check") == (0, f"可以上传：值守台 {url}，备份来源“考城镇资料”\n")
        with pytest.raises(NotGathered, match="还没有上传过"):
            machine.gathered()
        code, said = machine.run()
        assert (code, "2 个文件，其中新的或变动的 2 个" in said) == (0, True), said
        assert machine.gathered() == {
            f"{inside}/账目.xlsx": (data / "账目.xlsx").read_bytes(), f"{inside}/link": "sub/a",
            f"{inside}/sub": b"", f"{inside}/sub/a": b"a",
        }  # fmt: skip
        settle(machine.order)
        with pytest.raises(NotGathered, match="没有新的上传"):
            machine.gathered()
        (data / "sub" / "a").write_bytes(b"other")
        (data / "账目.xlsx").rename(data / "sub" / "b")  # a name the console has not heard of
        (data / "link").unlink()
        machine.run()
        (data / "new").write_bytes(b"new")
        code, said = machine.run()  # two deliveries wait now: each builds on the one before
        assert (code, "其中新的或变动的 1 个" in said) == (0, True), said
        assert {one.rpartition("/")[2]: len(told) for one, told in machine.gathered().items()} == {
            "new": 3, "sub": 0, "a": 5, "b": CHUNK + 1000,
        }  # fmt: skip
    trail = machine.county.rows(select(AuditRow).where(AuditRow.act == "代理上传"))
    assert len(trail) == 3 and {one.thing_id for one in trail} == {machine.source}
    contents = {one.name for one in (machine.order.staging or Path()).glob("contents/*/*")}
    assert hashlib.sha256(b"a").hexdigest() not in contents  # no file has it any more


def test_a_broken_delivery_goes_on_and_a_lost_list_is_sent_whole(machine: Machine) -> None:
    whole = os.urandom(3 * CHUNK)
    (machine.data / "dump").write_bytes(whole)
    deliveries = Deliveries(folder_of(machine.county.settings.home, machine.source))
    asked: list[str] = []
    with serve(_breaking(machine.county.app, asked)) as url:
        machine.install(url)
        code, said = machine.run()
    assert (code, "接着送" in said, sorted(deliveries.chunks())) == (4, True, [0, 1]), said
    asked.clear()
    with serve(_breaking(machine.county.app, asked, after=99)) as url:
        machine.install(url)
        assert machine.run()[0] == 0
        assert sum(one.startswith("PUT") for one in asked) == 2  # of four: two were there
        assert whole in machine.gathered().values()
        content = next((machine.order.staging or Path()).glob("contents/*/*"))
        content.unlink()
        with pytest.raises(NotGathered, match="代理程序下次运行时会重新发送全部文件"):
            machine.gathered()
        code, said = machine.run()
        assert (code, "新的或变动的 1 个" in said) == (0, True), said
        assert whole in machine.gathered().values()


def _breaking(app: Any, asked: list[str], after: int = 2) -> Any:
    """A proxy before the console that fails from the third chunk on."""

    def answer(environ: Any, start: Any) -> Any:
        chunks = sum(one.startswith("PUT") for one in asked)
        asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        if environ["REQUEST_METHOD"] == "PUT" and chunks >= after:
            environ["wsgi.input"].read()
            start("401 Unauthorized" if after == 0 else "503 Unavailable", [])
            return [b""]
        return app(environ, start)

    return answer


class _Console(BaseHTTPRequestHandler):
    """Answers what the console would, and remembers the tokens it was shown."""

    shown: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.shown.append(self.headers["Authorization"])
        told = {"source": "考城镇资料", "last": "", "chunks": {}, "chunk": CHUNK}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_told: object) -> None:
        """Nothing on the screen."""


@contextmanager
def _tls(folder: Path) -> Iterator[tuple[str, str]]:
    """A console behind a certificate it made itself: its address and the fingerprint."""
    need_programs("openssl")
    line = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=console",
            "-keyout", str(folder / "key"), "-out", str(folder / "cert"), "-days", "2"]  # fmt: skip
    subprocess.run(line, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert", folder / "key")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Console) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        told = ssl.PEM_cert_to_DER_cert((folder / "cert").read_text())
        yield f"https://127.0.0.1:{server.server_port}", hashlib.sha256(told).hexdigest()
        server.shutdown()
        thread.join()


def test_the_certificate_is_checked_before_the_token_is_sent(machine: Machine) -> None:
    with _tls(machine.home) as (url, fingerprint):
        machine.install(url)
        code, said = machine.run("--check")
        assert (code, "证书不能信任" in said) == (3, True), said
        machine.install(url, fingerprint="0" * 64)
        code, said = machine.run("--check")
        assert (code, "证书的指纹与配置的不同，令牌没有发出" in said) == (3, True), said
        assert _Console.shown == []
        colons = ":".join(fingerprint[at : at + 2] for at in range(0, 64, 2)).upper()
        machine.install(url, fingerprint=colons)
        assert machine.run("--check")[0] == 0
        assert len(_Console.shown) == 1


def test_wrong_settings_are_named(machine: Machine) -> None:
    machine.install("http://127.0.0.1:9", plain="no")
    assert machine.run() == (2, "url 是 http：令牌和内容会明文传输；确认可以的写 plain = yes\n")
    machine.install("http://127.0.0.1:9", fingerprint="12")
    assert machine.run()[0] == 2
    (machine.home / "netops-agent.ini").chmod(0o644)
    code, said = machine.run()
    assert (code, "chmod 600" in said) == (2, True), said
    settings = "netops-agent.ini"
    assert machine.run("--config", str(machine.home / "none" / settings))[0] == 2


def test_the_endpoint_refuses_what_is_not_its_own(county: County) -> None:
    """Another centre's source, a right not lent, another kind, wrong digests, sizes, numbers."""
    client = county.app.test_client()
    mine = source(county)
    others = source(county, centre_id=county.centres["city"].id, name="市局资料")
    local = source(county, reach="local", name="本机资料")
    token, narrow = county.token("tech", "record"), county.token("net", "view")
    path = f"{V1}/backup-sources/{mine}/delivery"
    sha = hashlib.sha256(b"x").hexdigest()

    def put(to: str, data: bytes, sha256: str, number: str = "0") -> int:
        headers = {**token, "X-SHA256": sha256, "Content-Type": "application/octet-stream"}
        answer = client.put(f"{to}/chunks/{number}", data=data, headers=headers)
        return answer.status_code

    assert client.get(path, headers=narrow).status_code == 403
    assert client.get(path).status_code == 401
    assert put(f"{V1}/backup-sources/{others}/delivery", b"x", sha) == 404
    assert put(f"{V1}/backup-sources/{local}/delivery", b"x", sha) == 409
    assert put(f"{V1}/backup-sources/none/delivery", b"x", sha) == 404
    assert [put(path, b"y", sha), put(path, b"x", "../../x"), put(path, b"x", sha, "-1")] == [
        409, 422, 422,
    ]  # fmt: skip
    big = bytes(CHUNK + 1)
    assert put(path, big, hashlib.sha256(big).hexdigest()) == 413
    staging = folder_of(county.settings.home, mine)
    assert [one for one in staging.rglob("*") if one.is_file() and one.name != ".lock"] == []
    assert put(path, b"x", sha) == 200
    _claimed(client, path, token, sha)
    order = Order(mine, "x", "documents", "files", "agent", staging, staging=staging)
    with pytest.raises(NotGathered, match="上传的内容有错"), gather(order, Pace()):
        pass  # whole, but not what an agent makes
    assert client.get(path, headers=token).json == {
        "source": "考城镇资料", "last": "", "chunks": {}, "chunk": CHUNK,
    }  # fmt: skip


def _claimed(client: FlaskClient, path: str, token: dict[str, str], sha: str) -> None:
    """Claims that are not so, and one that is."""
    claim = {"chunks": 1, "sha256": sha, "manifest": sha, "base": ""}
    wrong = [{"sha256": "0" * 64}, {"chunks": 2}, {"base": "1" * 64}, {"chunks": 0}]
    told = [client.post(path, json=claim | one, headers=token).status_code for one in wrong]
    assert told == [409, 409, 409, 422]
    assert client.get(path, headers=token).json["chunks"] == {"0": sha}  # type: ignore[index]
    answer = client.post(path, json=claim, headers=token)
    assert (answer.status_code, answer.json) == (201, {"number": 1})


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/passwd", "C:/Windows/x", "a/../b", "a//b", "", "a/./b", "x\0y", "\\\\srv\\x"],
)
def test_no_path_leads_out_of_a_set(path: str, tmp_path: Path) -> None:
    assert not plain(path)
    with (
        pytest.raises(NotGathered, match="不允许的路径"),
        gather(delivered(tmp_path, [{"path": path}]), Pace()),
    ):
        pass
    assert not (tmp_path / "x").exists()


def test_a_set_of_the_agents_list_can_be_taken_out_again(tmp_path: Path) -> None:
    """Whatever a file is called and dated; what would stand in one another's way is refused."""
    odd = [
        {"path": "C/half \ud83d", "modified": -11_644_473_600.0},
        {"path": "C/later", "modified": 1e12}, {"path": "C/汉" + "字" * 5000, "kind": "folder"},
        {"path": "C/link", "kind": "link", "link": "half \ud83d"},
    ]  # fmt: skip
    with gather(delivered(tmp_path, odd), Pace()) as gathered:
        items = {item.path: item for item in gathered.items}
    assert all(tar_header(item) for item in items.values())
    assert os.fsencode(items["C/link"].link) == b"half \xed\xa0\xbd"
    assert {item.modified.year for item in items.values()} == {1601, 9999, 1970}
    for names, why in ((("a", "b", "a"), "两个同名"), (("a", "a/b"), "在另一个文件之下")):
        twice = delivered(tmp_path / why, [{"path": name} for name in names])
        with pytest.raises(NotGathered, match=why), gather(twice, Pace()):
            pass


def test_folders_within_folders_are_sent_once(tmp_path: Path) -> None:
    a, ab, abc = (str(tmp_path / one) for one in ("a", "ab", "a/b/c"))
    assert outermost([abc, a, ab, f"{a}/", f"{a}/b/../b/c"]) == [f"{a}/", ab]
    assert outermost(["/", a]) == ["/"]


def delivered(tmp_path: Path, lines: list[dict[str, Any]]) -> Order:
    """A source whose agent has delivered this list of empty files."""
    bare = {"kind": "file", "size": 0, "modified": 1, "mode": 420, "link": "",
            "sha256": hashlib.sha256(b"").hexdigest()}  # fmt: skip
    told = "".join(json.dumps(bare | line) + "\n" for line in lines).encode()
    data = packed([("0", b""), ("manifest", told)])
    sha = hashlib.sha256(data).hexdigest()
    deliveries = Deliveries(tmp_path / "staging")
    deliveries.take(0, sha, BytesIO(data))
    claim = Claim(1, sha, hashlib.sha256(told).hexdigest(), "")
    deliveries.finish(claim, datetime.now(UTC))
    return Order("s", "x", "documents", "files", "agent", tmp_path, staging=deliveries.folder)


def packed(members: list[tuple[str, bytes]]) -> bytes:
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, BytesIO(data))
    return out.getvalue()


def test_the_program_and_its_settings_are_fetched_from_the_page(machine: Machine) -> None:
    county = machine.county
    browser = county.login("tech").client
    page = browser.get(f"/r/backup-sources/{machine.source}").text
    assert "/backups/agent/netops-agent.pyz" in page
    assert browser.get("/backups/agent/netops-agent.pyz").data == archive()
    told = browser.get(f"/backups/agent/{machine.source}/netops-agent.ini").text
    assert f"id = {machine.source}\n" in told
    assert "url = http://localhost\n" in told
    others = source(county, centre_id=county.centres["city"].id, name="市局资料")
    assert browser.get(f"/backups/agent/{others}/netops-agent.ini").status_code == 404
