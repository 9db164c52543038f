"""Examples of the document: a county's core switch, as the API would tell of it."""

from typing import Any

_ID = "01jd6y3m9k4tq0v8n2x5c7b1fa"
_CENTRE = "01jd6y0000c4tq0v8n2x5c7b1f"
_AT = "2026-11-21T00:00:07+00:00"

STATE = {
    "state": "up", "since": "2026-11-18T03:12:00+00:00", "why": "", "last_poll_at": _AT,
    "last_ok_at": _AT, "ms": 18.4, "cpu": 12.0, "memory": 41.0, "temperature": 38.0,
}  # fmt: skip
DEVICE: dict[str, Any] = {
    "id": _ID, "name": "兰考核心交换机", "address": "10.41.0.1", "kind": "switch",
    "profile": "huawei_vrp", "centre_id": _CENTRE, "centre": "兰考县信息中心", "parent_id": None,
    "parent": None, "location": "机房 A02 柜", "paused": False, "simulated": False, "unsafe": [],
    "revision": 3, "retired_at": None, "state": STATE,
}  # fmt: skip
FULL_DEVICE = DEVICE | {
    "hours": "always", "snmp_id": "01jd6y1wq84tq0v8n2x5c7b1fb", "snmp_port": 161, "timeout": 2.0,
    "retries": 1, "max_repetitions": 20, "ssh_id": None, "ssh_port": 22, "v2c": False,
    "telnet": False, "weak": False, "ping": True, "note": None,
    "state": STATE | {
        "detail": "", "misses": 0, "answered": "icmp snmp", "booted_at": "2026-03-02T01:00:00+00:00"
    },
    "identity": {
        "sys_name": "LK-CORE", "sys_descr": "S5720 Versatile Routing Platform",
        "sys_object_id": "1.3.6.1.4.1.2011.2.23.463", "sys_location": "", "vendor": "华为",
        "model": "S5720-28P-SI", "serial": "2102359305", "version": "V200R010C00",
        "identity_at": "2026-11-21T00:00:00+00:00",
    },
}  # fmt: skip
NEW_DEVICE = {
    "name": "考城镇接入交换机", "address": "10.41.7.2", "kind": "switch", "profile": "h3c_comware",
    "centre_id": "410225", "parent_id": "兰考核心交换机", "snmp_id": "全县交换机只读",
}  # fmt: skip
DEVICE_CHANGE = {"revision": 3, "location": "机房 B01 柜", "paused": False}
_COUNTERS = {
    "in_octets": 918273645, "out_octets": 192837465, "in_errors": 0, "out_errors": 0,
    "in_discards": 0, "out_discards": 0,
}  # fmt: skip
INTERFACE = {
    "id": 17, "if_index": 5, "name": "GigabitEthernet0/0/1", "descr": "GigabitEthernet0/0/1",
    "alias": "至考城镇", "type": 6, "mac": "00:e0:fc:12:34:56", "speed": 1_000_000_000,
    "admin_up": True, "oper_up": True, "changed_at": None, "seen_at": _AT,
    "latest": {
        "at": _AT, **_COUNTERS, "in_bps": 31_380_000.0, "out_bps": 2_048_000.0, "errors_ps": 0.0,
        "discards_ps": 0.0,
    },
}  # fmt: skip
GAUGE = {"id": 4, "metric": "temperature", "slot": "1", "unit": "℃", "value": 38.0, "at": _AT}
NOTICE = {
    "id": "01jd6y9d3r4tq0v8n2x5c7b1fd", "kind": "approval", "level": "warning",
    "title": "李网申请恢复“兰考核心交换机”的配置", "text": "", "link": "/approvals/",
    "made_at": _AT, "read_at": None,
}  # fmt: skip
SAMPLES = {
    "interface": 17, "since": "2026-11-20T00:00:00+00:00", "until": "2026-11-21T00:00:00+00:00",
    "items": [
        {"at": "2026-11-20T00:00:00+00:00", **_COUNTERS, "in_bps": None, "out_bps": None},
    ],
}  # fmt: skip
EVENT = {
    "id": "01jd6y9d3r4tq0v8n2x5c7b1fc", "device_id": _ID, "kind": "state", "at": _AT,
    "text": "兰考核心交换机 中断：10.41.0.1 没有应答", "facts": {"before": "up", "after": "down"},
}  # fmt: skip
JOB: dict[str, Any] = {
    "id": "01jd6yb2s94tq0v8n2x5c7b1fd", "kind": "poll", "state": "asked", "subject": _ID,
    "requested_by": "01jd6y0zt54tq0v8n2x5c7b1fe", "requested_name": "张三", "requested_at": _AT,
    "started_at": None, "ended_at": None, "done": 0, "total": 0, "note": "",
    "cancel_requested": False, "outcome": {},
}  # fmt: skip
CENTRE = {
    "id": _CENTRE, "code": "410225", "name": "兰考县信息中心", "tier": "county",
    "parent_id": "01jd6y0000b4tq0v8n2x5c7b1f", "path": f"/…/{_CENTRE}/", "head_count": 12,
    "revision": 1,
}  # fmt: skip
REGISTER = {
    "slug": "devices", "title": "设备", "articles": [24, 27, 97],
    "fields": [
        {"name": "name", "label": "名称", "kind": "text", "required": True, "unit": "", "help": "",
         "choices": {}},
    ],
}  # fmt: skip
ROW = {
    "id": _ID, "revision": 3, "retired_at": None,
    "values": {"name": "兰考核心交换机", "address": "10.41.0.1", "kind": "交换机"},
}  # fmt: skip


def page(item: Any) -> dict[str, Any]:
    """One page with one such item."""
    return {"items": [item], "total": 1, "page": 1, "per_page": 50, "pages": 1}
