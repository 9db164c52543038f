"""E-mail by SMTP submission (RFC 5321, 6409; STARTTLS RFC 3207): certificates are verified."""

import smtplib
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime

from netops.letter import Failure, Letter, Mail, one_line

PORTS = {"starttls": 587, "tls": 465, "none": 25}


def mail(way: Mail, letter: Letter, tls: ssl.SSLContext, timeout: float) -> Failure | None:
    """Hand one message to the server; None when it took it."""
    place = f"{way.host}:{way.port}"
    try:
        server = _open(way, tls, timeout)
    except ssl.SSLCertVerificationError as error:
        return Failure(f"邮件服务器 {place} 的证书不可信：{error.verify_message}", lasting=True)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Failure(_why(place, error))
    try:
        return _deliver(server, way, letter)
    finally:
        with suppress(OSError, smtplib.SMTPException):  # it was taken, or refused, before this
            server.quit()
        server.close()


def _open(way: Mail, tls: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    greeting = way.sender.rpartition("@")[2]  # else smtplib asks the DNS who we are
    if way.security == "tls":
        return smtplib.SMTP_SSL(way.host, way.port, greeting, timeout=timeout, context=tls)
    server = smtplib.SMTP(way.host, way.port, greeting, timeout=timeout)
    try:
        if way.security == "starttls":
            server.starttls(context=tls)
    except BaseException:
        server.close()
        raise
    return server


def _deliver(server: smtplib.SMTP, way: Mail, letter: Letter) -> Failure | None:
    try:
        if way.user:
            server.login(way.user, way.password)
        server.send_message(_message(way, letter))
    except smtplib.SMTPAuthenticationError as error:
        cause = f"邮件服务器不接受登录名或口令（{error.smtp_code}）"
        return Failure(cause, lasting=error.smtp_code >= 500)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        cause = f"邮件服务器不收给 {letter.email} 的邮件（{code}）"
        return Failure(cause, lasting=code >= 500, general=False)
    except smtplib.SMTPSenderRefused as error:
        cause = f"邮件服务器不接受发件地址 {way.sender}（{error.smtp_code}）"
        return Failure(cause, lasting=error.smtp_code >= 500)
    except smtplib.SMTPDataError as error:
        cause = f"邮件服务器拒收这封邮件（{error.smtp_code}）"
        return Failure(cause, lasting=error.smtp_code >= 500, general=False)
    except (OSError, smtplib.SMTPException) as error:
        return Failure(_why(f"{way.host}:{way.port}", error))
    return None


def _message(way: Mail, letter: Letter) -> EmailMessage:
    """Heads cannot be broken out of: every one is a single printable line, and EmailMessage
    refuses what is not."""
    message = EmailMessage()
    user, _, domain = letter.email.rpartition("@")
    message["From"] = Address("运维值守台", addr_spec=way.sender)
    message["To"] = Address(one_line(letter.name), user, domain)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = f"<{letter.id}@{way.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no "I am on holiday" comes back
    message.set_content(letter.text, cte="base64")  # old gateways are not 8-bit clean
    return message


def _why(place: str, error: Exception) -> str:
    """What happened to the connection, in words; never the server's own text."""
    if isinstance(error, TimeoutError):
        return f"邮件服务器 {place} 没有应答（超时）"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"邮件服务器 {place} 不支持所选的加密或登录方式"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return f"邮件服务器 {place} 没有应答，或中途断开了连接"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"邮件服务器 {place} 拒绝了连接（{error.smtp_code}）"
    if isinstance(error, ssl.SSLError):
        return f"与邮件服务器 {place} 的加密连接建立不起来，请检查加密方式和端口"
    return f"连不上邮件服务器 {place}，请检查地址、端口和防火墙"
