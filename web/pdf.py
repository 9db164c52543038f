"""Paper: a page of HTML becomes an A4 PDF that can be kept for years (PDF/A-3).

Nothing is fetched while it is drawn: no network, no file. Fonts are the system's (Noto CJK).
"""

import segno
from flask import g, has_request_context
from markupsafe import Markup

KIND = "application/pdf"


def pdf(html: str) -> bytes:
    """The PDF of one HTML document whose styles stand in it: drawn here, or by the press of the
    worker (`web.printing`). A few hundred milliseconds a page."""
    aside = g.get("print") if has_request_context() else None
    done: bytes = aside.draw(html) if aside else draw(html)
    return done


def draw(html: str) -> bytes:
    """The same, in this process and at once."""
    from weasyprint import HTML  # half a second that only those who print need to wait
    from weasyprint.urls import URLFetcher

    done: bytes = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=())).write_pdf(
        pdf_variant="pdf/a-3u"
    )
    return done


def qr(text: str) -> Markup:
    """A QR code as SVG for a paper or a label: error correction M, no quiet zone of its own."""
    code = segno.make(text, error="m", micro=False)
    return Markup(code.svg_inline(scale=1, border=1, omitsize=True))  # noqa: S704  (our own SVG)
