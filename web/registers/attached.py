"""The files of a row as its page shows them."""

from typing import Any

from sqlalchemy.orm import Session

from inventory.attachment import attachments
from inventory.content import ACCEPTED, CONTENTS
from inventory.register import Register
from inventory.store import Store
from web.current import settings
from web.registers.book import may

# A file opened in a tab may do nothing: no script, no request, not this console's cookie. Browsers
# show a PDF with a reader of their own, which a sandbox would keep from starting.
_NOTHING = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
SHOWN_POLICY = (f"{_NOTHING}; img-src 'self'; sandbox", f"{_NOTHING}; object-src 'self'")


def store() -> Store:
    return Store(settings().home / "attachments", settings().upload_mb * 1_000_000)


def card(session: Session, row: Register) -> dict[str, Any]:
    """What `parts/attachments.html` draws."""
    cls = type(row)
    return {
        "cls": cls, "files": attachments(session, row), "may_attach": may(cls, "edit"),
        "contents": CONTENTS, "accepted": ",".join(ACCEPTED), "largest": settings().upload_mb,
    }  # fmt: skip
