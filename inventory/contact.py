"""Where a person can be reached outside the console: what a mail address and a number look like."""

import re

# No space, no control character, no list: what stands in a mail's head cannot break out of it.
EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
MOBILE = re.compile(r"\+?[0-9]{5,15}")


def wrong_email(text: str | None) -> str:
    """Why this is no mail address, "" when it is one or empty."""
    return "" if not text or EMAIL.fullmatch(text) else "不是邮件地址，应写成 name@example.gov.cn"


def wrong_mobile(text: str | None) -> str:
    """Why this is no telephone number, "" when it is one or empty."""
    return "" if not text or MOBILE.fullmatch(text) else "不是手机号，只写数字，如 13900000000"
