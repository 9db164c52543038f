"""A connection is tried: what works is told, what does not is told with its cause, nothing is left
behind; a second host that is this very machine is found out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backups import same_machine, sftp_place
from backups.label import WrongMedium
from inventory.act import EVERYTHING, system
from inventory.backup_place import BackupPlace
from inventory.backup_source import BackupSource
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from netops.remotes import remote_of
from playbooks.jobs import Unfinished
from tests.backups.small_set import open_to_all
from tests.local_sources import allow
from tests.openssh import THERE, Server, sshd
from tests.playbooks.copy_lab import Lab, founded


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    more = "Subsystem sftp /usr/lib/openssh/sftp-server"
    with sshd(tmp_path_factory.mktemp("sshd"), more=more) as running:
        yield running


@pytest.fixture
def lab(founded_database: Database, tmp_path: Path) -> Iterator[Lab]:
    with open_to_all() as far:
        made = founded(founded_database, tmp_path, far)
        yield made
        made.pool.close()


def test_a_place_is_tried_and_left_as_it_was(lab: Lab, server: Server) -> None:
    place = lab.place(server)
    assert "写入、读回、删除了一个试验文件" in lab.do("reach", place.id)["told"]
    assert list(lab.far.iterdir()) == []
    _changed(lab, place, folder=f"{THERE}{lab.far}/还没有/备份")
    assert "第一次复制时建立" in lab.do("reach", place.id)["told"]
    assert list(lab.far.iterdir()) == []
    _changed(lab, place, folder="/etc")
    with pytest.raises(Unfinished, match="/etc 不能写入"):
        lab.do("reach", place.id)


def test_a_second_host_that_is_this_machine_is_none(lab: Lab, server: Server) -> None:
    """Seen by what is written there lying here, and by its host key; as a spare copy it may be."""
    row = lab.set()
    same = lab.place(server, folder=str(lab.far))
    for kind in ("reach", "copy"):
        with pytest.raises(Unfinished, match="就在值守台自己的磁盘上，不能算双机备份"):
            lab.do(kind, same.id)
    assert list(lab.far.iterdir()) == []
    assert "host" not in lab.states(row)
    _changed(lab, same, purpose="spare")
    assert lab.do("copy", same.id)["copied"] == 1


def test_its_host_key_gives_the_machine_away(lab: Lab, server: Server, tmp_path: Path) -> None:
    place = lab.place(server)
    (tmp_path / "ssh_host_ed25519_key.pub").write_text(f"{server.key} root@here\n")
    with lab.site.database.view(EVERYTHING) as session:
        remote = remote_of(session, lab.site.key, place.device_id or "")
    with sftp_place.opened(remote, place.folder) as there:
        same_machine.apart(there, server.key, tmp_path / "none")
        with pytest.raises(WrongMedium, match="主机密钥"):
            same_machine.apart(there, server.key, tmp_path)


def test_a_source_is_tried_here_and_there(lab: Lab, server: Server, tmp_path: Path) -> None:
    papers = tmp_path / "资料"
    papers.mkdir()
    allow(lab.site.home, papers)
    _changed(lab, lab.source, paths=str(papers))
    assert lab.do("reach", lab.source.id)["told"] == "1 个目录或文件都能读取"
    _changed(lab, lab.source, paths=f"{papers}/没有")
    with pytest.raises(Unfinished, match="没有 打不开"):
        lab.do("reach", lab.source.id)

    device = lab.place(server).device_id
    _changed(lab, lab.source, reach="ssh", device_id=device, paths=str(lab.far))
    assert "登录 127.0.0.1" in lab.do("reach", lab.source.id)["told"]
    _changed(lab, lab.source, paths="/root")
    with pytest.raises(Unfinished, match="/root 打不开"):
        lab.do("reach", lab.source.id)
    _changed(lab, lab.source, method="command", command="/usr/bin/env x")
    assert "没有试着运行它" in lab.do("reach", lab.source.id)["told"]
    _changed(lab, lab.source, command="/没有/这个")
    with pytest.raises(Unfinished, match="没有可执行的程序"):
        lab.do("reach", lab.source.id)
    assert list((lab.site.home / "backup-work").glob("*")) == []

    _changed(lab, lab.source, method="files", paths=str(lab.far))
    with lab.site.database.transaction(system("改口令")) as session:
        ssh = session.get_one(Credential, session.get_one(Device, device).ssh_id)
        ssh.password = lab.site.key.seal("错的口令")
    with pytest.raises(Unfinished, match="口令"):
        lab.do("reach", lab.source.id)


def _changed(lab: Lab, row: BackupSource | BackupPlace, **facts: object) -> None:
    with lab.site.database.transaction(system("更正")) as session:
        found = session.get_one(type(row), row.id)
        for name, value in facts.items():
            setattr(found, name, value)
