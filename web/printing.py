"""Prints too long for a request: the worker draws them, by the very view that was asked for them.

A view that may take long says `if aside(lines > AT_ONCE): return later("设备标签")`. The worker
asks the same address once more, as the same person, with the rights that person has by then.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.db import Database
from inventory.person import Person
from inventory.prints import keep
from inventory.role import Standing, can
from inventory.run import JobRun
from playbooks.jobs import Job, Unfinished, Work
from web import asking
from web.access import person
from web.guest import guest
from web.locale import COOKIE, language, now
from web.press import Broken, press
from web.registers.book import home_centre

AT_ONCE = 60  # lines or labels that are drawn while the browser waits: some three seconds
_PAGE = re.compile(r"Page (\d+)")  # as WeasyPrint says how far it is
_REFUSED = {
    403: "发起人现在没有这项权限，没有生成",
    404: "要打印的内容已经不在，或不在发起人的管辖范围内，没有生成",
}


class _Stopped(Exception):
    """Somebody asked to stop."""


@dataclass(slots=True)
class Printing:
    """What `g.print` is while the worker draws: the job, asked to stop and told of the progress;
    `at` is the part it has come to (done, of how many, what), `page` the page of that part."""

    job: Job
    at: tuple[int, int, str] = (0, 0, "")
    page: str = ""

    def draw(self, html: str) -> bytes:
        """As `web.pdf.draw`, in a process of its own."""
        return press(html, self._look)

    def step(self, done: int, total: int, note: str) -> None:
        self.at = done, total, note
        self._look("")
        self.job.tell(*self.at)

    def _look(self, said: str) -> None:
        if self.job.pool.stopping.is_set():
            raise Unfinished("执行时值守台停止了，没有生成；请重新发起")
        if self.job.cancelled():
            raise _Stopped
        page = _PAGE.search(said)
        if page and page[1] != self.page:
            self.page = page[1]
            self.job.tell(*self.at[:2], f"{self.at[2]} 正在排第 {self.page} 页".strip())


def aside(long: bool) -> bool:
    """Should the worker do what this view is about to do? Never once the worker is at it."""
    return long and g.get("print") is None


def later(title: str) -> ResponseReturnValue:
    """Ask the worker for this very address, and show how far it is."""
    run = asking.ask(
        "print", home_centre(), title=title, address=request.full_path.rstrip("?"),
        base=request.url_root, origin=request.remote_addr or "", lang=language(),
        rights=list(person().rights),
    )  # fmt: skip
    return redirect(url_for("prints.show", id=run))


def step(done: int, total: int, note: str) -> None:
    """Between two parts of a long print: tell how far it is, stop when somebody asked to."""
    if at_work := g.get("print"):
        at_work.step(done, total, note)


def may_take(who: Standing, run: JobRun) -> bool:
    """May this person still have the file of this run? Only who asked for it, and only while the
    rights it was asked with reach over all that it tells."""
    made, reach = run.outcome.get("paths", ()), who
    for right in run.params["rights"]:
        reach = reach.narrowed(right)
    inside = bool(made) and all(reach.scope.covers(path) for path in made)
    return run.requested_by == who.id and can(who, "export") and inside


def work(app: Callable[[], Flask]) -> Work:
    """The worker's work of the kind "print"; the application is made when first needed."""
    made = cache(app)

    def do(job: Job) -> Mapping[str, Any]:
        with _as_asked(made(), job):
            try:
                return _print(job)
            except _Stopped:
                return {}
            except HTTPException as refused:
                cause = _REFUSED.get(refused.code or 0, f"没有生成：{refused.name}")
                raise Unfinished(cause) from refused
            except Broken as broken:
                raise Unfinished(f"排版没有完成：{broken}；请重新发起") from broken

    return do


def _as_asked(app: Flask, job: Job) -> AbstractContextManager[Any]:
    """A request like the one in which it was asked for."""
    asked = job.params
    return app.test_request_context(
        asked["address"], base_url=asked["base"], headers={"Cookie": f"{COOKIE}={asked['lang']}"},
        environ_overrides={"REMOTE_ADDR": asked["origin"]},
    )  # fmt: skip


def _print(job: Job) -> Mapping[str, Any]:
    _enter(job.site.database, job)
    g.print = Printing(job)
    g.print.step(0, 0, "")
    if request.routing_exception is not None:
        raise request.routing_exception
    view = current_app.view_functions[request.endpoint or ""]
    answer = current_app.make_response(current_app.ensure_sync(view)(**(request.view_args or {})))
    if answer.status_code != 200 or answer.mimetype == "text/html":
        raise Unfinished("没有生成：这一页现在给不出文件；请回到原来的页面重新发起")
    return _kept(job, answer)


def _enter(here: Database, job: Job) -> None:
    """The person who asked, with the rights of this moment, at the place where it was asked."""
    g.person = g.guest = g.login = None
    g.centre_name, g.by_token = "", False
    with here.view(EVERYTHING) as session:
        run = session.get_one(JobRun, job.run_id)
        who = session.get_one(Person, run.requested_by)
        place = session.get_one(Centre, who.centre_id)
        g.guest = guest(session, who, place.name, now())
    if g.guest is None:
        raise Unfinished("发起人的账号已停用，没有生成")
    g.person, g.centre_name = g.guest.standing, g.guest.centre_name


def _kept(job: Job, answer: Response) -> Mapping[str, Any]:
    """The outcome of the run: what the file is called, and whose places it tells of."""
    _done, total, _note = g.print.at
    g.print.step(total, total, "")
    size, digest = keep(job.site.home, job.run_id, answer.iter_encoded())
    name = answer.headers.get("Content-Disposition", "")
    return {
        "disposition": name, "type": answer.content_type, "size": size, "sha256": digest,
        "paths": list(person().scope.paths),
    }  # fmt: skip
