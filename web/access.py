"""May the person asking do this? Every view says which right it takes.

Who is asking is found out in `web.admission`. Nothing is open unless it says so: a view without
`@public` needs a login.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import abort, g, request

from inventory.role import Standing, can

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
View = Callable[Arguments, Answer]


def public(view: View[Arguments, Answer]) -> View[Arguments, Answer]:
    """This view answers without a login."""
    view.public = True  # type: ignore[attr-defined]
    return view


def anonymous(view: View[Arguments, Answer]) -> View[Arguments, Answer]:
    """This view answers everybody alike: nobody is looked up, so it costs no query."""
    view.anonymous = True  # type: ignore[attr-defined]
    return view


def allowed(act: str) -> Callable[[View[Arguments, Answer]], View[Arguments, Answer]]:
    """Only for people who hold the right `act` (a key of RIGHTS) somewhere; others get 403. Inside,
    the person reaches no further than that right does."""

    def guard(view: View[Arguments, Answer]) -> View[Arguments, Answer]:
        @wraps(view)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            if not can(person(), act):
                abort(403)
            narrow(act)
            return view(*args, **kwargs)

        guarded.right = act  # type: ignore[attr-defined]
        return guarded

    return guard


def by_register(view: View[Arguments, Answer]) -> View[Arguments, Answer]:
    """The register in the address says which right it takes: the view must ask `book` for it."""

    @wraps(view)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        before = person()
        answer = view(*args, **kwargs)
        if person() is before:
            abort(500)  # nobody asked: better no answer than one to the wrong person
        return answer

    guarded.right = "register"  # type: ignore[attr-defined]
    return guarded


def anybody(view: View[Arguments, Answer]) -> View[Arguments, Answer]:
    """Every person logged in; what is shown is narrowed, part by part, by the view itself."""
    view.right = "anybody"  # type: ignore[attr-defined]
    return view


def settling(view: View[Arguments, Answer]) -> View[Arguments, Answer]:
    """One's own affairs that must be settled before anything else: answered also to a person whose
    password has expired, or who has yet to enrol a phone."""
    view.settling = True  # type: ignore[attr-defined]
    return own(view)


def own(view: View[Arguments, Answer]) -> View[Arguments, Answer]:
    """Everybody's own affairs: only what belongs to the person asking is read or changed."""
    view.right = "own"  # type: ignore[attr-defined]
    return view


def person() -> Standing:
    """The person asking; only inside a view that needs a login."""
    return cast("Standing", g.person)


def narrow(right: str) -> None:
    """From here on this request reaches only where the person holds `right`."""
    g.person = person().narrowed(right)


def origin() -> str:
    """Where an act came from, for the audit row."""
    way = "api" if request.path.startswith("/api/") else "page"
    return f"{way} {request.remote_addr}"
