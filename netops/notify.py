"""Sends one message by one way: e-mail, a web address, or a program. Failures are values.

Every way is bounded by a time-out, verifies certificates, and tells no secret when it fails.
"""

import ssl

from inventory.contact import EMAIL, MOBILE
from netops.letter import Failure, Letter, Mail, Program, Web
from netops.notify_mail import mail
from netops.notify_program import run
from netops.notify_web import post

TIMEOUT = 20.0  # seconds


def send(
    way: Mail | Web | Program,
    letter: Letter,
    *,
    tls: ssl.SSLContext | None = None,
    timeout: float = TIMEOUT,
) -> Failure | None:
    """None when the other side took it. `tls` replaces the system's trusted certificates;
    `timeout` bounds each wait for the other side, and the whole run of a program."""
    if isinstance(way, Program):
        if not MOBILE.fullmatch(letter.mobile):
            return Failure(f"{letter.name}没有登记手机号", lasting=True, general=False)
        return run(way, letter, timeout)
    context = tls or ssl.create_default_context()
    if isinstance(way, Web):
        return post(way, letter, context, timeout)
    if not EMAIL.fullmatch(letter.email):
        return Failure(f"{letter.name}没有登记电子邮箱", lasting=True, general=False)
    return mail(way, letter, context, timeout)
