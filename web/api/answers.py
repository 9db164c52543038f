"""What the API answers, field by field: the shapes of the document and of the JSON alike."""

from typing import Any, cast

from apiflask import Schema
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from marshmallow import fields

from web.api.questions import Moment


def _text(about: LazyString | str = "", **more: Any) -> fields.String:
    return fields.String(metadata={"description": about} if about else {}, **more)


def _whole(about: LazyString | str = "", **more: Any) -> fields.Integer:
    return fields.Integer(metadata={"description": about} if about else {}, **more)


def _number(about: LazyString | str = "", **more: Any) -> fields.Float:
    return fields.Float(metadata={"description": about} if about else {}, allow_none=True, **more)


def _moment(about: LazyString | str = "") -> Moment:
    return Moment(metadata={"description": about} if about else {}, allow_none=True)


def page_of(schema: type[Schema], name: str) -> type[Schema]:
    """The shape of one page of such things."""
    shape: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(schema), required=True),
        "total": _whole(_l("符合条件的总数")),
        "page": _whole(),
        "per_page": _whole(),
        "pages": _whole(_l("总页数")),
    }
    return cast("type[Schema]", Schema.from_dict(shape, name=name))


class State(Schema):
    """How the device is, since when and why."""

    state = _text(_l("up、down、unreachable（因上级）或 unknown"), required=True)
    since = _moment(_l("这个状态从何时开始"))
    why = _text(_l("原因"), allow_none=True)
    last_poll_at = _moment()
    last_ok_at = _moment(_l("最近一次有应答"))
    ms = _number(_l("最近一次轮询用时，毫秒"))
    cpu = _number(_l("百分数"))
    memory = _number(_l("百分数"))
    temperature = _number(_l("摄氏度"))


class FullState(State):
    detail = _text(_l("技术信息"), allow_none=True)
    misses = _whole(_l("连续几次没有应答"), allow_none=True)
    answered = _text(_l("哪些方式有应答：icmp snmp ssh"), allow_none=True)
    booted_at = _moment(_l("设备何时启动"))


class Identity(Schema):
    """What the device says it is."""

    sys_name = _text(allow_none=True)
    sys_descr = _text(allow_none=True)
    sys_object_id = _text(allow_none=True)
    sys_location = _text(allow_none=True)
    vendor = _text(allow_none=True)
    model = _text(allow_none=True)
    serial = _text(allow_none=True)
    version = _text(allow_none=True)
    identity_at = _moment(_l("何时读到的"))


class Device(Schema):
    id = _text(required=True)
    name = _text(required=True)
    address = _text(_l("管理地址"))
    kind = _text()
    profile = _text(_l("型号模板"))
    centre_id = _text()
    centre = _text(_l("所属单位的名称"))
    parent_id = _text(allow_none=True)
    parent = _text(_l("上级设备的名称"), allow_none=True)
    location = _text(allow_none=True)
    paused = fields.Boolean()
    simulated = fields.Boolean()
    unsafe = fields.List(fields.String(), metadata={"description": _l("不安全的设置")})
    revision = _whole(_l("修改时原样带回，防止覆盖别人的修改"), required=True)
    retired_at = _moment()
    state = fields.Nested(State)


class FullDevice(Device):
    hours = _text()
    snmp_id = _text(_l("SNMP 凭据的 id；凭据的内容不会给出"), allow_none=True)
    snmp_port = _whole()
    timeout = _number("s")
    retries = _whole()
    max_repetitions = _whole()
    ssh_id = _text(allow_none=True)
    ssh_port = _whole()
    v2c = fields.Boolean()
    telnet = fields.Boolean()
    weak = fields.Boolean()
    ping = fields.Boolean()
    note = _text(allow_none=True)
    state = fields.Nested(FullState)
    identity = fields.Nested(Identity)


class Latest(Schema):
    """The newest counters (64 bits) and the rates since the reading before."""

    at = _moment()
    in_octets = _whole(allow_none=True)
    out_octets = _whole(allow_none=True)
    in_errors = _whole(allow_none=True)
    out_errors = _whole(allow_none=True)
    in_discards = _whole(allow_none=True)
    out_discards = _whole(allow_none=True)
    in_bps = _number(_l("bit/s；算不出时为 null"))
    out_bps = _number("bit/s")
    errors_ps = _number(_l("每秒"))
    discards_ps = _number(_l("每秒"))


class Interface(Schema):
    id = _whole(_l("本系统给的编号，永不复用；取历史数据用它"), required=True)
    if_index = _whole(_l("设备现在给的编号，重启后可能变"))
    name = _text()
    descr = _text()
    alias = _text(_l("设备上写的描述"))
    type = _whole("IANAifType")
    mac = _text()
    speed = _whole("bit/s")
    admin_up = fields.Boolean(allow_none=True)
    oper_up = fields.Boolean(allow_none=True)
    changed_at = _moment(_l("通断何时变的"))
    seen_at = _moment()
    latest = fields.Nested(Latest, allow_none=True)


class Gauge(Schema):
    id = _whole(required=True)
    metric = _text(_l("例如 cpu、memory、temperature、battery_charge"))
    slot = _text(_l("同类多个时区分它们"))
    unit = _text()
    value = _number()
    at = _moment()


class Sample(Schema):
    """Counters of one cycle; the rates are since the sample before."""

    at = _moment()
    in_octets = _whole(allow_none=True)
    out_octets = _whole(allow_none=True)
    in_errors = _whole(allow_none=True)
    out_errors = _whole(allow_none=True)
    in_discards = _whole(allow_none=True)
    out_discards = _whole(allow_none=True)
    in_bps = _number(_l("bit/s；算不出时为 null"))
    out_bps = _number("bit/s")


class Samples(Schema):
    interface = _whole(required=True)
    since = _moment()
    until = _moment()
    items = fields.List(fields.Nested(Sample), required=True)


class Event(Schema):
    id = _text(required=True)
    device_id = _text(allow_none=True)
    kind = _text(_l("例如 state、boot、port"))
    at = _moment()
    text = _text()
    facts = fields.Dict()


class Job(Schema):
    """Work asked for: it is done in the background, so ask again until it has ended."""

    id = _text(required=True)
    kind = _text()
    state = _text(_l("asked、running、done、failed 或 cancelled"))
    subject = _text(_l("设备的 id"))
    requested_by = _text()
    requested_name = _text()
    requested_at = _moment()
    started_at = _moment()
    ended_at = _moment()
    done = _whole()
    total = _whole()
    note = _text()
    cancel_requested = fields.Boolean()
    outcome = fields.Dict()


class Notice(Schema):
    """Something to know; `link` is the page of this console it is about."""

    id = _text(required=True)
    kind = _text(_l("例如 approval、due、wrong"), required=True)
    level = _text(_l("info、warning 或 critical"), required=True)
    title = _text(required=True)
    text = _text()
    link = _text()
    made_at = _moment()
    read_at = _moment(_l("未读时为 null"))


class Marked(Schema):
    marked = _whole(_l("标为已读的条数"), required=True)
    unread = _whole(_l("还有多少条未读"), required=True)


class Centre(Schema):
    id = _text(required=True)
    code = _text(required=True)
    name = _text(required=True)
    tier = _text()
    parent_id = _text(allow_none=True)
    path = _text(_l("从上到下各级的 id"))
    head_count = _whole(allow_none=True)
    revision = _whole()


class Field(Schema):
    name = _text(required=True)
    label = _text(required=True)
    kind = _text()
    required = fields.Boolean()
    unit = _text()
    help = _text()
    choices = fields.Dict(keys=fields.String(), values=fields.String())


class Register(Schema):
    slug = _text(required=True)
    title = _text(required=True)
    articles = fields.List(fields.Integer(), metadata={"description": _l("依据的条款")})
    fields_ = fields.List(fields.Nested(Field), data_key="fields")


class Row(Schema):
    id = _text(required=True)
    revision = _whole(required=True)
    retired_at = _moment()
    values = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class Registers(Schema):
    items = fields.List(fields.Nested(Register), required=True)


class Gauges(Schema):
    items = fields.List(fields.Nested(Gauge), required=True)


NoticePage = page_of(Notice, "NoticePage")
DevicePage = page_of(Device, "DevicePage")
InterfacePage = page_of(Interface, "InterfacePage")
EventPage = page_of(Event, "EventPage")
CentrePage = page_of(Centre, "CentrePage")
RowPage = page_of(Row, "RowPage")
