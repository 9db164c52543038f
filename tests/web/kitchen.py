"""A page that shows every part of the interface: for eyes, for axe, for tests of the shell."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, NumberRange

from inventory.role import Held, Standing
from web.navigation import NavItem

bp = Blueprint(
    "kitchen",
    __name__,
    url_prefix="/kitchen",
    template_folder=str(Path(__file__).parent / "templates"),
)
nav = NavItem("kitchen.index", "样张", "flask", 1)
state = {"status": "第一次", "asked": 0}

NAMES = [
    ("考城镇 2M 专线", "10.41.7.2", "huawei_vrp", "down", "上级电源中断，SNMP 与 ICMP 均无应答"),
    ("南彰镇接入交换机", "10.41.8.2", "h3c_comware", "unreachable", "上级 考城镇 2M 专线 中断"),
    ("机房温度 UPS-01", "10.41.0.9", "ups_rfc1628", "warning", "38.6℃ 接近上限 40℃"),
    ("数据库服务器", "10.41.0.21", "linux_server", "info", "配置已变更，备份完成"),
    ("核心交换机 S5720", "10.41.0.1", "huawei_vrp", "up", ""),
    ("县中心路由器 AR2220", "10.41.0.254", "huawei_vrp", "up", ""),
    ("堌阳镇接入交换机", "10.41.9.2", "ruijie_os", "unknown", "尚未轮询"),
    ("出口防火墙 USG6320", "10.41.0.253", "huawei_vrp", "up", ""),
]


def somebody() -> None:
    """The sample pages are shown as to a person of a county centre, without a login."""
    if (request.endpoint or "").startswith("kitchen."):
        g.centre_name = "兰考县人口和计划生育信息中心"
        held = (Held("system_admin", "/1/"), Held("network_admin", "/1/"))
        g.person = Standing("1", "王建国", "wjg", "1", "", False, held)


class DeviceForm(FlaskForm):  # type: ignore[misc]
    name = StringField("名称", [DataRequired("请填写名称，例如“考城镇接入交换机”")])
    address = StringField("管理地址")
    port = IntegerField("SNMP 端口", [NumberRange(1, 65535, "端口应在 1–65535 之间")], default=161)
    interval = IntegerField("轮询间隔", default=60)
    profile = SelectField(
        "设备类型", choices=[SelectChoice("a", "华为 VRP"), SelectChoice("b", "新华三")]
    )
    parent = SelectField(
        "上级设备",
        choices=[
            SelectChoice("", "（无）"),
            SelectChoice("1", "县中心路由器", {"data-find": "xzxlyq 10.41.0.254"}),
            SelectChoice("2", "核心交换机", {"data-find": "hxjhj 10.41.0.1"}),
        ],
        default="",
        render_kw={"data-picker": True},
    )
    secret = PasswordField("团体字")
    weak = BooleanField("允许旧算法（SSH-RSA、group1），仅限老设备")
    remark = TextAreaField("备注")


def devices() -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    return [
        {
            "name": name, "address": address, "profile": profile, "state": word, "why": why,
            "since": now - timedelta(minutes=12 + 700 * i), "in": 31.38e6 / (i + 1),
            "out": None if word == "down" else 2.5e6 * i, "cpu": 12 + i * 13,
            "values": [None if j in (7, 8) else (j * (i + 3)) % 11 for j in range(24)],
        }
        for i, (name, address, profile, word, why) in enumerate(NAMES)
    ]  # fmt: skip


@bp.get("/")
def index() -> str:
    form = DeviceForm(port=70000)
    form.name.data = ""
    form.profile.data, form.parent.data = "a", ""
    form.validate()
    start = datetime(2026, 11, 21, tzinfo=UTC).timestamp() * 1000
    points = [
        [start + i * 3e5, None if 30 < i < 40 else 4e7 + (i * 7919 % 100) * 1e5] for i in range(96)
    ]
    graph = {
        "unit": "bit/s",
        "series": [
            {"name": "入", "kind": "in", "points": points},
            {"name": "出", "kind": "out", "points": [[at, v and v / 3] for at, v in points]},
        ],
        "limit": {"name": "带宽 50 Mbit/s", "value": 5e7},
    }
    return render_template("kitchen.html", devices=devices(), form=form, graph=graph)


@bp.get("/fragment")
def fragment() -> str:
    state["asked"] = int(state["asked"]) + 1
    return render_template("kitchen_fragment.html", status=state["status"])


@bp.get("/quiet")
def quiet() -> str:
    """A fragment alone on a page, with things in it that a person touches."""
    return render_template("kitchen_quiet.html", status=state["status"])


@bp.post("/save")
def save() -> ResponseReturnValue:
    flash("已保存", "ok")
    return redirect("/kitchen/")


@bp.get("/ended")
def ended() -> ResponseReturnValue:
    """What a page answers when the login has ended."""
    return redirect("/login?next=/kitchen/ended")


@bp.get("/stop/<int:code>")
def stop(code: int) -> ResponseReturnValue:
    abort(code)


@bp.get("/break")
def broken() -> str:
    raise RuntimeError("community=s3cret")


def unrung() -> tuple[str, int]:
    """A bell that nothing rings."""
    return "", 204


def found() -> str:
    """Stands in for the search page."""
    return render_template("kitchen_quiet.html", status=request.args["q"])
