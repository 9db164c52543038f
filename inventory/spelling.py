"""One word in two spellings: tags, serials and logins that people and scanners mix up."""

import unicodedata


def one_way(text: str) -> str:
    """Half-width and small: what a scanner's or a keyboard's setting changes is gone."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip().casefold()
