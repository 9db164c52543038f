"""Files on rows: whole or not at all, what they are by content, seen with their row, never gone."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from inventory.act import Scope
from inventory.attachment import Attachment, attach, attachments, counts
from inventory.audit import AuditRow
from inventory.db import Database
from inventory.device import Device
from inventory.guard import OutOfScope
from inventory.register import Rejected
from inventory.store import Damaged, Store
from tests.inventory.conftest import Tree

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "attachments", 100_000)


def keep(store: Store, data: bytes, name: str = "公函.pdf") -> str:
    return store.keep(io.BytesIO(data), name).sha256


GOOD = (
    ("豫卫函〔2026〕12号 公函.pdf", PDF, "pdf"),
    ("照片.JPEG", b"\xff\xd8\xff\xe0" + b"\0" * 40, "jpg"),
    ("a.png", PNG, "png"),
    ("公文.ofd", zipped("OFD.xml"), "ofd"),
    ("说明.docx", zipped("[Content_Types].xml", "word/document.xml"), "docx"),
    ("表.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
    ("打包.zip", zipped("a.txt"), "zip"),
    ("记录.txt", "<Huawei>display version\n版本".encode("gb18030"), "txt"),
    ("表.csv", "﻿姓名,单位\n张三,省中心".encode(), "csv"),
)


@pytest.mark.parametrize(("name", "data", "kind"), GOOD, ids=[kind for *_, kind in GOOD])
def test_what_is_taken_keeps_its_chinese_name(
    store: Store, name: str, data: bytes, kind: str
) -> None:
    kept = store.keep(io.BytesIO(data), name)
    digest = hashlib.sha256(data).hexdigest()
    assert (kept.name, kept.kind, kept.size, kept.sha256) == (name, kind, len(data), digest)
    place = store.folder / digest[:2] / digest
    assert store.read(digest) == place.read_bytes() == data
    assert place.stat().st_mode & 0o077 == 0


BAD = (
    ("木马.exe", b"MZ\x90\0" + b"\0" * 60, "只收"),
    ("木马.pdf", b"MZ\x90\0" + b"\0" * 60, "内容不是 pdf"),
    ("木马.txt", b"\x7fELF\2\1\1" + b"\0" * 60, "内容不是 txt"),
    ("页.html", b"<html></html>", "只收"),
    ("页.txt", b"  <!DOCTYPE html><script>alert(1)</script>", "内容不是 txt"),
    ("图.svg", b"<svg xmlns='x'/>", "只收"),
    ("图.png", b"<svg xmlns='x'/>", "内容不是 png"),
    ("图.csv", b"\xef\xbb\xbf<svg onload=alert(1)>", "内容不是 csv"),
    ("表.docx", zipped("xl/workbook.xml"), "而是 xlsx"),
    ("宏.xlsx", zipped("xl/workbook.xml", "xl/vbaProject.bin"), "含有宏"),
    ("坏.zip", b"PK\x03\x04 no zip at all", "内容不是 zip"),
    ("图.jpg", PDF, "而是 pdf"),
    ("空.pdf", b"", "空的"),
    ("大.pdf", PDF + b"\0" * 100_000, "超过 0.1 MB"),
    ("没有扩展名", PDF, "只收"),
    ("..", PDF, "没有文件名"),
    ("公函\u202efdp.exe.pdf", PDF, "不可显示"),
    ("公函\n.pdf", PDF, "不可显示"),
    ("长" * 200 + ".pdf", PDF, "最多 200 个字"),
)


@pytest.mark.parametrize(("name", "data", "cause"), BAD, ids=[str(n) for n in range(len(BAD))])
def test_what_is_refused_leaves_nothing(store: Store, name: str, data: bytes, cause: str) -> None:
    with pytest.raises(Rejected, match=cause):
        store.keep(io.BytesIO(data), name)
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["../../etc/公函.pdf", "C:\\桌面\\公函.pdf", "/root/公函.pdf"])
def test_a_name_is_never_a_path(store: Store, name: str) -> None:
    assert store.keep(io.BytesIO(PDF), name).name == "公函.pdf"
    with pytest.raises(ValueError, match="not a SHA-256"):
        store.read("../../../etc/passwd")


def test_a_lost_or_altered_file_is_told_and_healed_by_the_same_upload(store: Store) -> None:
    digest = keep(store, PDF)
    place = store.folder / digest[:2] / digest
    place.write_bytes(PDF.replace(b"1.7", b"1.8"))
    with pytest.raises(Damaged, match="改动"):
        store.read(digest)
    place.unlink()
    with pytest.raises(Damaged, match="不在服务器"):
        store.read(digest)
    assert keep(store, PDF) == digest
    assert store.read(digest) == PDF


def test_old_drafts_of_a_power_cut_are_swept(store: Store) -> None:
    keep(store, PDF)
    old, new = store.folder / "drafts" / "old", store.folder / "drafts" / "new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * 86400,) * 2)
    keep(store, PNG, "a.png")
    assert (old.exists(), new.exists()) == (False, True)


def test_a_file_hangs_on_its_row_and_is_taken_off_not_deleted(
    database: Database, tree: Tree, store: Store
) -> None:
    kept = store.keep(io.BytesIO(PDF), "公函.pdf")
    with database.transaction(tree.act(tree.lankao, "上传")) as session:
        hung = attach(session, session.get_one(Device, tree.core.id), kept)
    with database.view(Scope((tree.lankao.path,))) as session:
        row = session.get_one(Device, tree.core.id)
        (told,) = attachments(session, row)
        assert (told.name, told.added_name, told.size) == ("公函.pdf", "张三", len(PDF))
        assert counts(session, Device, [row.id, tree.far.id]) == {row.id: 1}
    with database.transaction(tree.act(tree.lankao, "停用附件")) as session:
        session.get_one(Attachment, hung.id).retired_at = told.added_at
    with database.view(Scope((tree.lankao.path,))) as session:
        assert counts(session, Device, [tree.core.id]) == {}
        assert len(attachments(session, session.get_one(Device, tree.core.id))) == 1
        acts = session.query(AuditRow.act).filter(AuditRow.thing_id == hung.id)
        assert [act for (act,) in acts.order_by(AuditRow.seq)] == ["上传", "停用附件"]
    assert store.read(kept.sha256) == PDF


def test_what_was_hung_cannot_be_rewritten_or_reach_another_scope(
    database: Database, tree: Tree, store: Store
) -> None:
    kept = store.keep(io.BytesIO(PDF), "公函.pdf")
    other = keep(store, PNG, "a.png")
    with database.transaction(tree.act(tree.lankao)) as session:
        hung = attach(session, session.get_one(Device, tree.core.id), kept)
    for name, value in (("sha256", other), ("name", "x.pdf"), ("thing_id", tree.far.id)):
        with (
            pytest.raises(Rejected, match="不能改"),
            database.transaction(tree.act(tree.lankao)) as session,
        ):
            setattr(session.get_one(Attachment, hung.id), name, value)
    with database.view(Scope((tree.luoyang.path,))) as session:
        assert session.get(Attachment, hung.id) is None
    with pytest.raises(OutOfScope), database.transaction(tree.act(tree.lankao)) as session:
        attach(session, tree.far, kept)


def test_a_row_takes_its_files_to_its_new_centre(
    database: Database, tree: Tree, store: Store
) -> None:
    kept = store.keep(io.BytesIO(PDF), "合同.pdf")
    with database.transaction(tree.act(tree.province)) as session:
        row = session.get_one(Device, tree.core.id)
        hung = attach(session, row, kept)
        row.centre_id = tree.luoyang.id
    for centre, seen in ((tree.kaifeng, False), (tree.luoyang, True)):
        with database.view(Scope((centre.path,))) as session:
            assert (session.get(Attachment, hung.id) is not None) is seen


SLOW = """
import sys, time
from pathlib import Path
from inventory.store import Store

class Slow:
    def __init__(self): self.sent = 0
    def read(self, _size):
        self.sent += 1
        if self.sent == 1: return b"%PDF-1.7\\n"
        if self.sent < 40: time.sleep(0.01); return b"x" * 65536
        print("half", flush=True); time.sleep(60)

Store(Path(sys.argv[1]), 10**8).keep(Slow(), "公函.pdf")
"""


def test_kill_9_in_the_middle_of_an_upload_leaves_no_half_file(store: Store) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(store.folder)], stdout=subprocess.PIPE
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half\n"
        (draft,) = (store.folder / "drafts").iterdir()
        assert draft.stat().st_size > 1_000_000  # it was in the middle
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
    kept = [path for path in store.folder.rglob("*") if path.is_file() and path != draft]
    assert kept == []  # under no digest: nothing can refer to it
    assert store.read(keep(store, PDF)) == PDF
