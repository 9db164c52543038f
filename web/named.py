"""The name a file is saved under (RFC 6266): in Chinese too, which a header line alone cannot say.

Set as it stands, a Chinese name breaks the answer: headers are Latin-1, and the server in front of
the application has nothing else to send than 500.
"""

import unicodedata
from urllib.parse import quote

from flask import Response


def named(answer: Response, name: str, *, shown: bool = False) -> Response:
    """`answer` as a file called `name`: saved, or `shown` in the browser's own window."""
    name = "".join(letter for letter in name if letter.isprintable())
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    full = {} if plain == name else {"filename*": f"UTF-8''{quote(name, safe='')}"}
    answer.headers.set(
        "Content-Disposition", "inline" if shown else "attachment", filename=plain, **full
    )
    return answer
