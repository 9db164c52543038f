"""The job behind "SNMP walk": everything a device tells below one OID, for whoever must look."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from inventory import usage
from inventory.act import EVERYTHING
from netops import snmp
from netops.errors import CommandRejected
from netops.targets import targets
from playbooks.jobs import Job

OID = re.compile(r"\d+(\.\d+){1,60}")
LIMIT = 5000  # rows shown; enough for any table of a county's device


def walk_now(job: Job) -> Mapping[str, Any]:
    """params: oid. The outcome: rows [(oid, type, text)], cut True when there were more."""
    root = str(job.params.get("oid") or "1.3.6.1.2.1.1").strip().lstrip(".")
    if not OID.fullmatch(root):
        raise CommandRejected(f"“{root}”不是 OID，应写成 1.3.6.1.2.1.1 这样的数字")
    with job.site.database.view(EVERYTHING) as session:
        found, refused = targets(session, job.site.key, [job.subject])
    if not found:
        raise CommandRejected(refused[0].reason if refused else "设备已停用或暂停监测")
    if found[0].snmp is None:
        raise CommandRejected("这台设备没有选 SNMP 凭据，请在设备表单里选择")
    with job.site.database.observe() as session:
        usage.count(session, "walk", {found[0].snmp.credential: 1}, datetime.now(UTC))
    told = snmp.walk(found[0], root, limit=LIMIT)
    rows = [(oid, type(value).__name__, shown(value)) for oid, value in told.rows]
    return {"rows": rows, "cut": told.cut}


def shown(value: object) -> str:
    """Text when it reads as text, otherwise hexadecimal; never longer than a line."""
    if not isinstance(value, bytes):
        return str(value)[:500]
    for encoding in ("utf-8", "gb18030"):
        try:
            text = value.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.isprintable():
            return text[:500]
    return value.hex(" ")[:500]
