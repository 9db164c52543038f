"""The agent to take along: the program, and its settings for one source but for the token."""

from flask import Blueprint, Response, abort, request

from inventory.backup_source import BackupSource
from netops.agent_settings import SAMPLE
from netops.agent_zip import archive
from web.access import allowed, person
from web.current import database
from web.named import named

bp = Blueprint("agent", __name__, url_prefix="/backups/agent")


@bp.get("/netops-agent.pyz")
@allowed("record")
def program() -> Response:
    return _file(archive(), "netops-agent.pyz", "application/zip")


@bp.get("/<source_id>/netops-agent.ini")
@allowed("record")
def sample(source_id: str) -> Response:
    """With this console's address and the source's number; the token is shown once, elsewhere."""
    with database().view(person().scope) as db:
        source = db.get(BackupSource, source_id)
    if source is None or source.reach != "agent":
        abort(404)
    here = request.url_root.rstrip("/")
    text = SAMPLE.replace("https://值守台地址:端口", here).replace(
        "\nid =\n", f"\nid = {source.id}\n"
    )
    return _file(text.encode(), "netops-agent.ini", "text/plain; charset=utf-8")


def _file(data: bytes, name: str, kind: str) -> Response:
    return named(Response(data, content_type=kind), name)
