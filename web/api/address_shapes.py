"""The shapes of what the API tells of addresses, and of what may be asked."""

from typing import Any

from apiflask import Schema
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from web.api.questions import LABELS, Asked, Moment


def _about(words: Any) -> dict[str, Any]:
    return {"metadata": {"description": words}}


def _titled(name: str, words: Any) -> dict[str, Any]:
    return {"metadata": {"title": LABELS[name], "description": words}}


class FindAsked(Asked):
    address = fields.String(
        required=True, validate=validate.Length(1, 100), **_titled("address", _l("IP 或 MAC"))
    )
    at = Moment(**_titled("at", _l("ISO 8601 带时区，如 2026-11-21T00:00:00Z；不写是现在")))


class Sighting(Schema):
    """Who answered for an address, and at which port; or where a network card is."""

    ip = fields.String(required=True)
    mac = fields.String(required=True)
    seen = fields.Boolean(**_about(_l("false：没有看到，只有登记")))
    exact = fields.Boolean(**_about(_l("那一刻看到的；false：前后看到")))
    device_id = fields.String(allow_none=True)
    device = fields.String(**_about(_l("接入交换机")))
    port = fields.String()
    holder = fields.String(**_about(_l("登记使用人")))
    binding_id = fields.String(allow_none=True)
    since = Moment(allow_none=True)
    until = Moment(allow_none=True, **_about(_l("空：现在还看到")))
    told_by = fields.String(**_about(_l("由哪台设备的表看到")))


class Sighted(Schema):
    items = fields.List(fields.Nested(Sighting), required=True)


class PortHost(Schema):
    mac = fields.String(required=True)
    vlan = fields.Integer(**_about(_l("0：没有说明")))
    ips = fields.List(fields.String())
    holders = fields.List(fields.String(), **_about(_l("登记使用人")))


class PortEntry(Schema):
    ip = fields.String(required=True)
    mac = fields.String(required=True)


class AddressPort(Schema):
    """One port of a switch as far as addresses go."""

    port = fields.String(required=True)
    kind = fields.String(**_about("edge、uplink、lag、many、never"))
    why = fields.String(**_about(_l("凭什么这样判断")))
    macs = fields.Integer(**_about(_l("现在看到几个 MAC 地址")))
    shut = fields.Boolean(**_about(_l("端口已关闭")))
    refused = fields.String(**_about(_l("为什么不能隔离；空：可以")))
    checks = fields.String(**_about(_l("设备在这个端口核对什么：ip、arp、ip arp；空：不核对")))
    hosts = fields.List(fields.Nested(PortHost))
    entries = fields.List(fields.Nested(PortEntry), **_about(_l("设备上的绑定")))
    finding_ids = fields.List(fields.String(), **_about(_l("未处理的地址违规")))


class Ports(Schema):
    items = fields.List(fields.Nested(AddressPort), required=True)


class Cut(Schema):
    port = fields.String(required=True, **_titled("port", _l("端口名")))
    reason = fields.String(required=True, **_titled("reason", _l("为什么")))
    finding_id = fields.String(allow_none=True, **_about(_l("由哪项地址违规引起")))


class Proposed(Schema):
    change_id = fields.String(required=True, **_about(_l("配置操作的 id")))
    what = fields.String(required=True)


_DEVICE, _AT = "01jd6y3m9k4tq0v8n2x5c7b1fa", "2026-11-21T00:00:07+00:00"
SIGHTING = {
    "ip": "10.41.25.7", "mac": "3c:52:82:00:00:66", "seen": True, "exact": True,
    "device_id": _DEVICE, "device": "一楼接入交换机", "port": "GigabitEthernet0/0/2",
    "holder": "张三", "binding_id": "01jd6ya1z84tq0v8n2x5c7b1fb", "since": _AT, "until": None,
    "told_by": "兰考核心交换机",
}  # fmt: skip
PORT = {
    "port": "GigabitEthernet0/0/2", "kind": "edge", "why": "只看到一个 MAC", "macs": 1,
    "shut": False, "refused": "", "checks": "ip arp",
    "hosts": [{"mac": "3c:52:82:00:00:66", "vlan": 25, "ips": ["10.41.25.7"], "holders": []}],
    "entries": [{"ip": "10.41.25.7", "mac": "00:e0:fc:00:00:07"}], "finding_ids": [],
}  # fmt: skip
CUT = {"port": "GigabitEthernet0/0/2", "reason": "感染病毒，先断开", "finding_id": None}
PROPOSED = {"change_id": "01jd6ya1z84tq0v8n2x5c7b1fc", "what": "隔离端口 GigabitEthernet0/0/2"}
