"""One message by mail, web address or program, against real peers, good and bad."""

import hashlib
import hmac
import json
import os
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netops.letter import Failure, Letter, Mail, Program, Web
from netops.notify import send
from tests import outside
from tests.patience import ANSWER, GAVE_UP, until

LETTER = Letter(
    "01K", "孙管", "sun@example.gov.cn", "13900000000", "【重要】机房温度过高",
    "三楼机房 36 ℃\n.单独一个点开头的行", {"kind": "wrong", "level": "warning"},
)  # fmt: skip


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ssl.SSLContext, ...]]:
    yield outside.certificate(tmp_path_factory.mktemp("tls"))


def mail(port: int, security: str = "none", **facts: str) -> Mail:
    return Mail("127.0.0.1", port, security, "ops@example.gov.cn", **facts)


def failed(failure: Failure | None, *words: str) -> Failure:
    assert failure is not None
    assert all(word in failure.reason for word in words), failure.reason
    return failure


def test_plain_mail_arrives_whole() -> None:
    with outside.post_office() as (post, port):
        assert send(mail(port), LETTER) is None
    envelope, message = post.taken[0]
    assert envelope.rcpt_tos == ["sun@example.gov.cn"]
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == "<01K@example.gov.cn>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"].addresses[0].display_name == "孙管"
    assert message.get_content().replace("\r\n", "\n").strip() == LETTER.text


def test_starttls_with_a_login(certificates: tuple[ssl.SSLContext, ...]) -> None:
    shows, trusts = certificates
    way = {"user": outside.USER, "password": outside.PASSWORD}
    with outside.post_office(shows, login=True) as (post, port):
        assert send(mail(port, "starttls", **way), LETTER, tls=trusts) is None
        wrong = send(mail(port, "starttls", **{**way, "password": "no"}), LETTER, tls=trusts)
        assert failed(wrong, "不接受登录名或口令").lasting
    assert len(post.taken) == 1


def test_an_unknown_certificate_is_refused(certificates: tuple[ssl.SSLContext, ...]) -> None:
    with outside.post_office(certificates[0]) as (post, port):
        told = failed(send(mail(port, "starttls"), LETTER), "证书不可信")
    assert told.lasting
    assert not post.taken


def test_no_mail_goes_in_clear_when_encryption_was_chosen() -> None:
    with outside.post_office() as (post, port):
        failed(send(mail(port, "starttls"), LETTER), "不支持")
        failed(send(mail(port, "tls"), LETTER, timeout=ANSWER), "加密连接建立不起来")
    assert not post.taken


@pytest.mark.parametrize(("answer", "lasting"), [("550 no such user", True), ("450 full", False)])
def test_a_refused_recipient_stops_nobody_else(answer: str, lasting: bool) -> None:
    with outside.post_office() as (post, port):
        post.answer = answer
        told = failed(send(mail(port), LETTER), "sun@example.gov.cn", answer[:3])
    assert (told.lasting, told.general) == (lasting, False)
    assert "no such user" not in told.reason, "what the other side writes is not ours to repeat"


def test_a_silent_server_costs_its_time_out() -> None:
    with outside.silent() as port:
        began = time.monotonic()
        told = failed(send(mail(port), LETTER, timeout=0.5), "没有应答")
    assert time.monotonic() - began < GAVE_UP
    assert told.general
    assert not told.lasting
    failed(send(mail(outside.closed_port()), LETTER), "连不上邮件服务器")


@pytest.mark.parametrize("field", ["subject", "name"])
@pytest.mark.parametrize("evil", ["\r\nBcc: all@example.com", "\n\n正文", "\r", "\x00", "\u2028x"])
def test_heads_cannot_be_broken_out_of(field: str, evil: str) -> None:
    with outside.post_office() as (post, port):
        assert send(mail(port), replace(LETTER, **{field: f"标题{evil}"})) is None
    envelope, message = post.taken[0]
    assert envelope.rcpt_tos == ["sun@example.gov.cn"]
    assert message["Bcc"] is None
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert message.get_content().replace("\r\n", "\n").strip() == LETTER.text


@pytest.mark.parametrize(
    "address", ["", "a@b\r\nRCPT TO:<x@y>", "a b@c", "a@b,c@d", "<a@b>", "-@", "@b", "a@"]
)
def test_what_is_no_address_is_sent_nothing(address: str) -> None:
    with outside.post_office() as (post, port):
        told = failed(send(mail(port), replace(LETTER, email=address)), "没有登记电子邮箱")
    assert (told.lasting, told.general) == (True, False)
    assert not post.taken


def test_a_web_address_gets_json_it_can_verify() -> None:
    with outside.web_address() as (inbox, url):
        assert send(Web(url, "access_token=t0ken", "k3y"), LETTER) is None
    path, head, body = inbox.taken[0]
    assert path == "/notice?access_token=t0ken"
    assert head["Content-Type"] == "application/json; charset=utf-8"
    signature = hmac.new(b"k3y", body, hashlib.sha256).hexdigest()
    assert head["X-NetOps-Signature"] == f"sha256={signature}"
    assert json.loads(body) == {
        "id": "01K", "kind": "wrong", "level": "warning", "subject": LETTER.subject,
        "text": LETTER.text,
        "to": {"name": "孙管", "email": "sun@example.gov.cn", "mobile": "13900000000"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "lasting", "word"),
    [(204, None, ""), (302, True, "要求跳转"), (404, True, "没有接收（404）"),
     (429, False, "429"), (500, False, "没有接收（500）"), (0, False, "超时")],
)  # fmt: skip
def test_what_a_web_address_answers(status: int, lasting: bool | None, word: str) -> None:
    with outside.web_address() as (inbox, url):
        inbox.answer = status
        told = send(Web(url, "access_token=t0ken"), LETTER, timeout=ANSWER if status else 0.5)
    assert len(inbox.taken) == 1, "a redirect is not followed"
    if lasting is None:
        assert told is None
    else:
        assert failed(told, word).lasting is lasting
        assert "t0ken" not in str(told)


def test_web_addresses_over_tls_are_verified(certificates: tuple[ssl.SSLContext, ...]) -> None:
    shows, trusts = certificates
    with outside.web_address(shows) as (inbox, url):
        assert send(Web(url), LETTER, tls=trusts) is None
        assert failed(send(Web(url), LETTER), "证书不可信").lasting
    assert len(inbox.taken) == 1


@pytest.mark.parametrize(
    ("way", "word"),
    [
        (Web("file:///etc/passwd"), "http"),
        (Web("ftp://127.0.0.1/"), "http"),
        (Web("http://127.0.0.1:1/", "a=b c"), "网址参数"),
        (Web("http://127.0.0.1:1/", "a=b\r\nHost: x"), "网址参数"),
        (Web("http://127.0.0.1:1/", "a=s3cret"), "连不上"),
        (Web("http://127.0.0.1:1/a b", "a=s3cret"), "连不上"),
    ],
)
def test_web_addresses_that_cannot_be_asked(way: Web, word: str) -> None:
    told = failed(send(way, LETTER, timeout=ANSWER), word)
    assert "s3cret" not in told.reason
    assert "s3cret" not in repr(way)


def test_a_server_that_speaks_no_http_is_told_so() -> None:
    with outside.post_office() as (_post, port):
        failed(send(Web(f"http://127.0.0.1:{port}/"), LETTER, timeout=ANSWER), "不是 HTTP")


def test_a_program_gets_the_number_and_the_text_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "s3cret")
    folder = tmp_path / "notify.d"
    outside.program(
        folder,
        "sms",
        f'echo "$# $1" > {tmp_path}/args; cat > {tmp_path}/text; env > {tmp_path}/env',
    )
    assert send(Program(folder, "sms"), LETTER) is None
    assert (tmp_path / "args").read_text() == "1 13900000000\n"
    assert (tmp_path / "text").read_text() == f"{LETTER.subject}\n{LETTER.text}\n"
    assert "s3cret" not in (tmp_path / "env").read_text()


def test_what_a_program_does_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "notify.d"
    outside.program(folder, "fails", "exit 3")
    outside.program(folder, "deaf", "exec 0<&-; exit 0")
    told = failed(send(Program(folder, "fails"), LETTER), "退出码 3")
    assert not told.lasting
    assert send(Program(folder, "deaf"), replace(LETTER, text="长" * 200_000)) is None


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    folder = tmp_path / "notify.d"
    outside.program(folder, "hangs", f"sleep 600 & echo $! > {tmp_path}/child; sleep 600")
    began = time.monotonic()
    failed(send(Program(folder, "hangs"), LETTER, timeout=5), "5 秒内没有结束")
    assert time.monotonic() - began < GAVE_UP
    child = int((tmp_path / "child").read_text())
    until(lambda: not _alive(child))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


def test_only_programs_of_the_folder_are_run(tmp_path: Path) -> None:
    folder, ran = tmp_path / "notify.d", tmp_path / "ran"
    outside.program(tmp_path, "outside", f"touch {ran}")
    outside.program(folder, "loose", f"touch {ran}").chmod(0o777)
    outside.program(folder, "plain", f"touch {ran}").chmod(0o644)
    (folder / "link").symlink_to(tmp_path / "outside")
    for name in ("../outside", "/bin/true", "", ".", "..", "absent", "loose", "plain", "link"):
        told = send(Program(folder, name), LETTER)
        assert told is not None
        assert told.lasting
    assert not ran.exists()


@pytest.mark.parametrize("mobile", ["", "-rf", "139; reboot", "$(reboot)", "139 0"])
def test_a_number_that_is_none_reaches_no_program(tmp_path: Path, mobile: str) -> None:
    folder = tmp_path / "notify.d"
    outside.program(folder, "sms", f"touch {tmp_path}/ran")
    told = failed(send(Program(folder, "sms"), replace(LETTER, mobile=mobile)), "没有登记手机号")
    assert not told.general
    assert not (tmp_path / "ran").exists()


def test_secrets_do_not_show() -> None:
    ways = (mail(1, password="s3cret"), Web("http://h/", "s3cret", "s3cret"))
    assert "s3cret" not in repr(ways)
