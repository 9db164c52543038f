"""Files on the pages of rows: what is taken, what is refused, who sees it, what it is called."""

import io
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from inventory.attachment import Attachment
from inventory.db import Database
from inventory.notice import Notice
from tests.inventory.test_attachment import PDF, PNG, zipped
from tests.web.county import Browser, County, found_county
from web import create_app
from web.settings import Settings


def files(county: County) -> list[Attachment]:
    return county.rows(select(Attachment).order_by(Attachment.id))


def send(browser: Browser, url: str, *sent: tuple[bytes, str], **more: Any) -> Any:
    return browser.post(url, {"file": [(io.BytesIO(data), name) for data, name in sent], **more})


def place(county: County, device: str = "core") -> str:
    return f"/r/devices/{county.ids[device]}/attachments"


def hung(county: County, data: bytes = PDF, name: str = "合同 第1页.pdf") -> str:
    done = send(county.login("net"), place(county), (data, name))
    assert done.status_code == 302, done.text
    return f"{place(county)}/{files(county)[-1].id}"


def test_a_file_is_hung_listed_opened_and_saved(county: County) -> None:
    url = hung(county)
    net = county.login("net")
    for page in (f"/devices/{county.ids['core']}/", f"/r/devices/{county.ids['core']}"):
        assert "合同 第1页.pdf" in net.get(page).text
    shown, saved = net.get(f"{url}/open"), net.get(f"{url}/download")
    assert shown.data == saved.data == PDF
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert "%E5%90%88%E5%90%8C" in saved.headers["Content-Disposition"]  # 合同, RFC 5987
    for answer in (shown, saved):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_only_images_and_pdf_open_in_a_tab(county: County) -> None:
    net = county.login("net")
    for data, name, inline in ((PNG, "a.png", True), ("说明".encode(), "a.txt", False)):
        answer = net.get(f"{hung(county, data, name)}/open")
        assert answer.headers["Content-Disposition"].startswith("inline") is inline
    assert "sandbox" in net.get(f"{hung(county, PNG, 'b.png')}/open").headers[
        "Content-Security-Policy"
    ]  # fmt: skip


def test_several_files_and_a_photo_come_at_once_or_not_at_all(county: County) -> None:
    net = county.login("net")
    photo = {"photo": (io.BytesIO(PNG), "image.png")}
    done = send(net, place(county), (PDF, "a.pdf"), (PDF, "b.pdf"), **photo)
    assert done.status_code == 302
    assert [one.name for one in files(county)] == ["a.pdf", "b.pdf", "image.png"]
    refused = send(net, place(county), (PDF, "c.pdf"), (b"MZ\0\0", "d.pdf"))
    assert (refused.status_code, len(files(county))) == (422, 3)
    assert "“d.pdf”的内容不是 pdf" in refused.text
    assert send(net, place(county)).status_code == 422  # no file chosen


WRONG = (
    (b"<html><script>alert(1)</script></html>", "页.html"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "图.svg"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "图.png"),
    (b"MZ\x90\0\3\0\0\0", "升级.exe"),
    (b"MZ\x90\0\3\0\0\0", "升级.zip"),
    (zipped("x/classes.dex"), "程序.apk"),
)


@pytest.mark.parametrize(("data", "name"), WRONG, ids=[name for _, name in WRONG])
def test_what_can_run_is_refused_with_its_reason(county: County, data: bytes, name: str) -> None:
    answer = send(county.login("net"), place(county), (data, name))
    assert (answer.status_code, files(county)) == (422, [])
    assert name in answer.text
    assert "什么都没有保存" in answer.text


def test_names_cannot_leave_the_store_nor_break_the_page(county: County) -> None:
    net = county.login("net")
    names = (
        ("../../../../tmp/外.pdf", "外.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
        ("=HYPERLINK(1).pdf", "=HYPERLINK(1).pdf"),
        ('a"; filename="b.pdf', None),
    )
    for given, name in names:
        url = hung(county, PDF, given)
        one = files(county)[-1]
        assert name is None or one.name == name
        page = net.get(f"/r/devices/{county.ids['core']}").text
        assert "<img src=x" not in page
        told = net.get(f"{url}/download").headers["Content-Disposition"]
        assert "\n" not in told
        assert told.count("filename=") <= 1
    kept = {p.relative_to(county.settings.home).parts[0] for p in county.settings.home.rglob("*")}
    assert "attachments" in kept
    folders = {p.name for p in (county.settings.home / "attachments").iterdir()}
    assert all(name == "drafts" or len(name) == 2 for name in folders)


def test_a_file_is_seen_only_by_whoever_sees_its_row(county: County) -> None:
    url = hung(county)
    key = url.rpartition("/")[2]
    far = county.login("far")
    for way in ("open", "download"):
        assert far.get(f"{url}/{way}").status_code == 404
        # nor by way of a row of one's own
        assert far.get(f"{place(county, 'far')}/{key}/{way}").status_code == 404
        assert county.login("net").get(f"{place(county, 'edge')}/{key}/{way}").status_code == 404
    assert far.post(f"{url}/retire").status_code == 404
    assert send(far, place(county), (PDF, "x.pdf")).status_code == 404
    assert county.app.test_client().get(f"{url}/download").status_code == 302  # to the login


def test_whoever_may_only_look_hangs_nothing_up_and_takes_nothing_off(county: County) -> None:
    url = hung(county)
    tech = county.login("tech")
    assert tech.get(f"{url}/open").status_code == 200
    assert send(tech, place(county), (PDF, "x.pdf")).status_code == 403
    assert tech.post(f"{url}/retire").status_code == 403
    assert "attach-file" not in tech.get(f"/r/devices/{county.ids['core']}").text


def test_taking_off_keeps_the_file_and_can_be_undone(county: County) -> None:
    url, net = hung(county), county.login("net")
    assert net.post(f"{url}/retire").status_code == 302
    assert files(county)[0].retired_at is not None
    assert "已停用附件" in net.get(f"/r/devices/{county.ids['core']}").text
    assert net.get(f"{url}/download").data == PDF
    assert net.post(f"{url}/restore").status_code == 302
    assert files(county)[0].retired_at is None


def test_a_lost_or_altered_file_is_told_to_whoever_opens_it_and_to_the_administrators(
    county: County,
) -> None:
    url, net = hung(county), county.login("net")
    digest = files(county)[0].sha256
    kept = county.settings.home / "attachments" / digest[:2] / digest
    kept.write_bytes(b"%PDF-1.7 another letter")
    answer = net.get(f"{url}/open")
    assert answer.status_code == 410
    assert "已被改动或损坏" in answer.text
    kept.unlink()
    assert "已不在服务器上" in net.get(f"{url}/download").text
    (notice,) = county.rows(select(Notice))  # once, however often it is opened
    assert (notice.kind, notice.level) == ("wrong", "critical")


def test_too_large_is_refused_before_it_fills_the_disk(
    settings: Settings, sqlite_database: Database
) -> None:
    small = replace(settings, upload_mb=1)
    county = found_county(create_app(small, sqlite_database), sqlite_database, small)
    answer = send(county.login("net"), place(county), (PDF + b"\0" * 1_100_000, "大.pdf"))
    answer.request.input_stream.close()  # the test client's own: nobody read it to its end
    assert (answer.status_code, files(county)) == (413, [])
    kept = [p for p in (settings.home / "attachments").rglob("*") if p.is_file()]
    assert kept == []


def test_the_list_counts_files_in_one_statement(county: County) -> None:
    hung(county)
    hung(county, PNG, "照片.png")
    page = county.login("net").get("/r/devices").text
    assert page.count('class="clips"') == 1
    assert 'title="附件 2 个"' in page
