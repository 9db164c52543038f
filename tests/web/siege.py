"""What attacks have in common: every route with real ids, a hostile row in every register, a
picture of the whole database to compare.

Everything is generated from the routes and the registers, so that what comes later is attacked,
too; a register that cannot be filled fails until `SOUND` knows its words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from zlib import crc32

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, Rule

from inventory.act import system
from inventory.approval import RULES, Approval
from inventory.attachment import attach
from inventory.audit import AuditRow
from inventory.db import Base, Database
from inventory.device import Device
from inventory.grant import Grant
from inventory.notice import tell
from inventory.person import Person
from inventory.register import Field, Register, Rejected, fields, registers
from inventory.revision import fix
from inventory.secret import Key
from inventory.shanghai import today
from inventory.store import Store
from inventory.undertaking import Undertaking
from netops.reading import Gauge, Identity, Port
from tests.web.county import County

MARK = "uqxo"  # in every hostile text, in nothing of ours: no key has a u or an o (Crockford)
PLANTED = "攻击"
PROBE = f'{MARK}"><img src=x onerror=p()>{{{{7*7}}}}'
BRIEF = f'{MARK}"><b onx>'  # where the whole probe does not fit
SOUND: Mapping[str, Any] = {  # words a rule insists on, by field: what else these fields refuse
    "address": "10.66.0.1", "fingerprint": "SHA256:" + "z" * 43, "role": "technician",
    "tier": "department", "security": "starttls", "host": "mail.example", "url": "https://a.example/",
    "sender": "a@b.example", "program": "sms", "email": "a@b.example", "mobile": "13800000000",
    "small_reason": PROBE, "totp_required": True, "export_consent": True,
    "category": "switch", "number": "8001", "hours": 0.5, "until": today() + timedelta(days=30),
    "at": datetime.now(UTC), "until_on": today() + timedelta(days=30),
}  # fmt: skip
# What rows below it need their upper one to be.
CHOSEN = {
    ("Licence", "term"): "periods", ("Training", "exam"): True,
    ("ConfigTemplate", "body"): f"== {BRIEF} | 必须包含 | 第98条 ==\nsysname {BRIEF}",
    ("Prefix", "cidr"): "10.66.0.0/24", ("Prefix", "gateway"): "10.66.0.254",
    ("Prefix", "reserved"): "",
    ("Delegation", "starts"): today(), ("Delegation", "ends"): today() + timedelta(days=30),
    ("BackupSet", "period"): "2026-11", ("BackupMiss", "period"): "2026-11",
    ("BackupPlace", "folder"): f"/{BRIEF}", ("DiscSet", "period"): "2026Q4",
    ("ConfigException", "section"): BRIEF, ("ConfigFact", "name"): f"{MARK}_fact",
}  # fmt: skip
_DAY, _MOMENT = date(2026, 11, 1), datetime(2026, 11, 1, tzinfo=UTC)


STRANGERS = {  # one person of another county for every role that sees anything
    "far": "network_admin", "far_sys": "system_admin", "far_sec": "security_admin",
    "far_trail": "audit_admin", "far_leader": "leader",
}  # fmt: skip
SEERS = ("boss", "sec", "trail", "leader")  # together they see everything of the county


@dataclass(frozen=True)
class Fort:
    """A county under attack: `rows` names a hostile row of each register, and more, by slug."""

    county: County
    rows: Mapping[str, str]


def hostile(field: Field, county: County, mark: str = PROBE) -> Any:
    """A value for this field: a text that attacks wherever a text may stand."""
    told = field.entry
    if (field.owner, field.name) in CHOSEN:
        return CHOSEN[field.owner, field.name]
    if field.kind in ("text", "note"):
        long = told.longest if field.kind == "text" else 10_000
        return mark if len(mark) <= long else BRIEF if len(BRIEF) <= long else mark[:long]
    plain: dict[str, Any] = {
        "whole": int(told.low or 1), "size": 1, "number": float(told.low or 1), "yes": False,
        "day": _DAY, "time": _MOMENT, "ip": "10.66.0.1", "mac": "00:e0:fc:66:00:01", "secret": None,
    }  # fmt: skip
    if field.kind == "choice":
        return field.default or next(iter(field.choices))
    return plain[field.kind] if field.kind != "ref" else _somebody(field, county)


def _somebody(field: Field, county: County) -> str | None:
    """A row of the county to point at."""
    if field.entry.refers == "Centre":
        return county.centres["county"].id
    if field.entry.refers == "Person":
        return _person(county, "leader" if field.name == "giver_id" else "tech")
    if field.entry.refers == "Device":
        return county.ids["core"]
    return None if not field.entry.required else _first(county, field.entry.refers)


def _person(county: County, login: str) -> str:
    return str(county.rows(select(Person.id).where(Person.login == login))[0])


def _first(county: County, refers: str) -> str:
    cls = next(c for c in registers().values() if c.__name__ == refers)
    return str((county.rows(select(cls.id)) or [plant(county, cls)])[0])


def besiege(county: County, mark: str = PROBE) -> dict[str, str]:
    """One hostile row in every register, put there below all forms; {slug: id}."""
    _enrol(county, "tech")
    known = (cls for cls in registers().values() if cls is not Approval or RULES)
    rows: dict[str, str] = {}
    for cls in sorted(known, key=_last):
        rows[cls.slug] = _needed(county, cls) or plant(county, cls, mark)
    return rows


def _needed(county: County, cls: type[Register]) -> str:
    """The row that was planted already because another had to point at one, "" when none was."""
    marked = county.rows(select(cls.id).where(cls.search.contains(MARK)))
    told = (AuditRow.act == _planting(cls), AuditRow.change == "insert")
    planted = select(AuditRow.thing_id).where(*told, AuditRow.thing == cls.__name__)
    ours = marked or county.rows(planted)
    return str(ours[0]) if ours else ""


def _planting(cls: type[Register]) -> str:
    """What the trail calls it. Rows that the console adds by itself to one we planted (a person's
    part of the log to an entry) are not ours: they stand under the act of another register."""
    return f"{PLANTED} {cls.__name__}"


def _enrol(county: County, login: str) -> None:
    """A phone, so that there is one to be reset."""
    key = Key.load(county.settings.key_file)
    with county.database.transaction(system("登记手机")) as session:
        person = session.get_one(Person, _person(county, login))
        person.totp_secret = key.seal("JBSWY3DPEHPK3PXP")


def _last(cls: type[Register]) -> int:
    """What others must point to comes first; approvals, which are about other rows, last."""
    named = {other.__name__: other for other in registers().values()}
    needed = (f.entry.refers for f in fields(cls) if f.kind == "ref" and f.entry.required)
    depths = (_last(named[name]) for name in needed if name != cls.__name__ and name in named)
    return 99 if cls is Approval else 1 + max(depths, default=0)


def plant(county: County, cls: type[Register], mark: str = PROBE) -> str:
    """A hostile row of one register; texts its rules refuse are replaced by sound ones."""
    told = [f for f in fields(cls) if not f.entry.settled or f.entry.required]
    values = {f.name: hostile(f, county, mark) for f in told} | _hidden(cls, county)
    values |= _later(told)
    why: object = None
    for _attempt in range(8):
        try:
            return _planted(county, cls, values)
        except Rejected as error:
            why = error
            values |= {
                e.field: _instead(cls, e.field, county, values.get(e.field)) for e in error.errors
            }
    raise AssertionError(f"no row of {cls.__name__} could be made: {why}")


def _planted(county: County, cls: type[Register], values: Mapping[str, Any]) -> str:
    act = replace(system(_planting(cls)), actor=_person(county, "tech"))  # a log has an author
    with county.database.transaction(act) as session:
        row = cls(**_sealed(cls, values, county))
        if isinstance(row, Approval):
            _about(session, row, county)
        session.add(row)
    return row.id


def _later(told: list[Field]) -> dict[str, Any]:
    """Days and times in the order they are asked for: an end comes after its beginning."""
    free = [f for f in told if (f.owner, f.name) not in CHOSEN]
    days = [f.name for f in free if f.kind == "day"]
    times = [f.name for f in free if f.kind == "time"]
    later: dict[str, Any] = {name: _DAY + timedelta(days=n) for n, name in enumerate(days)}
    return later | {name: _MOMENT + timedelta(hours=n) for n, name in enumerate(times)}


def _instead(cls: type[Register], name: str, county: County, given: Any) -> Any:
    told = {f.name: f for f in fields(cls)}.get(name)
    if told is not None and told.kind == "secret":
        return "s3cret-siege"
    if told is not None and told.kind == "note":
        return PROBE * 3  # long enough to be a text of its own
    if told is not None and told.kind == "ref" and given is None:
        return _first(county, told.entry.refers)
    return SOUND.get(name)


def _sealed(cls: type[Register], values: Mapping[str, Any], county: County) -> dict[str, Any]:
    secrets = {f.name for f in fields(cls) if f.kind == "secret"}
    key = Key.load(county.settings.key_file)
    return {n: key.seal(v) if n in secrets and v else v for n, v in values.items()}


def _hidden(cls: type[Register], county: County) -> dict[str, Any]:
    """Columns without a label that must not stay empty."""
    known = {
        "key": "ssh-ed25519 AAAA", "header": MARK, "register": "devices", "query": f"q={MARK}",
        "person_id": _person(county, "net"), "draft_key": MARK,
        "author_id": _person(county, "net"), "procedure": "save",
        "secret": Key.load(county.settings.key_file).seal("s3cret-siege"),
    }  # fmt: skip
    labelled = {f.name for f in fields(cls)}
    columns = (c for c in inspect(cls).columns if c.key not in labelled and not c.nullable)
    return {c.key: known[c.key] for c in columns if c.key in known}


def _about(session: Session, row: Approval, county: County) -> None:
    """An approval is about a revision of something: of a hostile undertaking."""
    thing = session.get_one(Undertaking, _first(county, "Undertaking"))
    told = fix(session, thing)
    row.thing, row.thing_id, row.revision_id = told.thing, told.thing_id, told.id
    row.digest, row.right, row.asked_by = told.digest, "approve", _person(county, "net")
    row.state = "asked"


def strangers(county: County) -> None:
    """People of another county, who may see nothing of this one."""
    other, now = county.centres["other"].id, datetime.now(UTC)
    kept = county.rows(select(Person).where(Person.login == "far"))[0]
    with county.database.transaction(system("外县人员")) as session:
        for login, role in STRANGERS.items():
            if login == "far":
                continue
            one = Person(centre_id=other, login=login, name=login, must_change=False,
                         password_hash=kept.password_hash, password_set_at=now)  # fmt: skip
            session.add(one)
            session.add(Grant(centre_id=other, person_id=one.id, role=role, agreed_at=now))


def whisper(county: County, mark: str = PROBE) -> dict[str, str]:
    """Hostile texts where no form leads: told by devices, found by jobs, hung as files."""
    at, core = datetime.now(UTC), county.ids["core"]
    said = Identity(mark, mark, "1.3.6.1.4.1.2011.2", mark, 5.0, mark, mark, mark, mark)
    port = Port(1, mark, mark, mark, 6, "00:e0:fc:66:00:02", 10**9, True, True, True, *[9] * 6)
    county.ingest(county.poll("core", at=at, identity=said, ports=(port,), uptime=5.0,
                              gauges=(Gauge("cpu", mark, 99.0, "%"),)))  # fmt: skip
    found = {"address": "10.66.9.9", "port": 161, "credential": "", "profile": "generic",
             "kind": "switch", "sys_name": mark, "sys_descr": mark, "why": mark}  # fmt: skip
    outcome = {"rows": [["1.3.6.1", mark, mark]], "found": [found], "message": mark}
    plain = {"note": mark, "requested_name": mark[:40], "outcome": outcome, "subject": core}
    runs = {kind: county.ran(kind, at, **plain) for kind in ("walk", "discover")}
    store = Store(county.settings.home / "attachments", 10**6)
    file = store.keep(BytesIO(b"a letter"), f"{mark}.txt")
    with county.database.transaction(system("附件")) as session:
        device = session.get_one(Device, core)
        hung = attach(session, device, file)
    with county.database.observe() as session:
        tell(session, "wrong", mark, text=mark, centre_id=device.centre_id, right="view")
    return {"job": runs["walk"], "job_id": runs["walk"], "search": runs["discover"],
            "attachment": hung.id}  # fmt: skip


def urls(county: County, rows: Mapping[str, str], method: str) -> Iterator[tuple[Rule, str]]:
    """(rule, address) of every route with this method, each converter filled with what exists."""
    adapter = county.app.url_map.bind("localhost")
    for rule in county.app.url_map.iter_rules():
        if method in (rule.methods or ()):
            for values in _values(rule, county, rows):
                yield rule, adapter.build(rule.endpoint, values, method=method)


def _values(rule: Rule, county: County, rows: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Arguments for a rule: once for every register where it takes a slug."""
    core = county.ids["core"]
    version = rows.get("config-snapshots", "0")
    own = {"jobs": rows.get("job", "0"), "discovery": rows.get("search", "0"),
           "configs": core if "/devices/" in rule.rule else version,
           "backups": rows.get("backup-sets" if "/sets/" in rule.rule else "backup-sources", "0"),
           }  # fmt: skip
    page = rule.endpoint.partition(".")[0]
    plain = {"id": own.get(page) or rows.get(page, core), "device_id": core,
             "snapshot_id": version, "job_id": rows.get("job", "0"), "name": "app.js",
             "digest": "0" * 64, "key": rows.get("attachment", "0")}  # fmt: skip
    wanted = rule.arguments
    plain |= {n: min(c.items) for n, c in rule._converters.items() if isinstance(c, AnyConverter)}
    if "class_name" in wanted:
        yield from ({"class_name": cls.__name__} for cls in registers().values())
    elif "slug" not in wanted:
        yield {name: plain.get(name) or rows.get(name, "0") for name in wanted}
    for slug in _slugs(rule) if "slug" in wanted else ():
        for kind in ("csv", "xlsx", "yaml") if "kind" in wanted else ("",):
            of_slug = {"slug": slug, "id": rows.get(slug, "0"), "kind": kind}
            if "key" in wanted and slug == "devices":
                of_slug["id"] = core
            yield {name: of_slug.get(name) or plain.get(name, "0") for name in wanted}


EVERYWHERE = ("registers.index", "registers.show", "sheets.export", "registers.create")
THROUGHOUT = ("devices", "people", "visits", "equipment", "approvals")


def _slugs(rule: Rule) -> Iterator[str]:
    """One code serves all registers, so not each meets each route: every register is listed, shown,
    filled and exported, a few of different make meet every route, every route meets a quarter of
    the rest. Drawing a PDF takes as long as a hundred pages: two registers are enough for it."""
    if rule.rule.endswith(".pdf"):
        yield from ("devices", "equipment")
        return
    for slug in registers():
        whole = rule.endpoint in EVERYWHERE or slug in THROUGHOUT
        if whole or crc32(f"{rule.endpoint}/{slug}".encode()) % 4 == 0:
            yield slug


def picture(database: Database, *, but: frozenset[str] = frozenset()) -> dict[str, Any]:
    """{table: its rows} of the whole database, except tables named in `but`."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in Base.metadata.sorted_tables
            if table.name not in but
        }


_READING = ("SELECT", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


class Sight:
    """Pictures of a database under many requests: most only read, and what nobody has written to
    since is as it was. `but` are the tables left out."""

    def __init__(self, database: Database, but: frozenset[str]) -> None:
        self._database, self._but = database, but
        self._seen: dict[str, Any] | None = None
        event.listen(database.engine, "before_cursor_execute", self._watch)

    def now(self) -> dict[str, Any]:
        if self._seen is None:
            self._seen = picture(self._database, but=self._but)
        return self._seen

    def _watch(self, _c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        """Whatever does not plainly read, or write what is left out, may have changed something."""
        verb, *rest = statement.split(maxsplit=3)
        table = "".join(rest[1:2] if verb == "INSERT" else rest[:1]).strip('"')
        aside = verb in ("INSERT", "UPDATE") and table in self._but
        if verb not in _READING and not aside:
            self._seen = None


class Page(HTMLParser):
    """What a browser would make of a page: every tag with a handler of events, every address
    that runs, every picture of the probe."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or (tag, name, value) == ("img", "src", "x"):
                self.found.append(f"<{tag} {name}={value}>")
            if name in ("href", "src", "action") and address.startswith(("javascript:", "data:t")):
                self.found.append(f"<{tag} {name}={value}>")
