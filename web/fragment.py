"""Live fragments: asked every few seconds by every open page, so unchanged must cost nothing."""

import hashlib
import re
from typing import Any

from flask import Response, make_response, render_template

# "12 分钟" is kept true by the browser, and a form's token is as good as the one before: neither
# makes a fragment worth sending again.
_MOVING = re.compile(r'(data-ago>)[^<]*|(name="csrf_token" value=")[^"]*')


def fragment(template: str, **values: Any) -> Response:
    """The rendered fragment under an ETag that changes when something happened."""
    html = render_template(template, **values)
    response = make_response(html)
    still = _MOVING.sub(lambda found: found[1] or found[2], html)
    response.set_etag(hashlib.sha256(still.encode()).hexdigest()[:32], weak=True)
    return response
