"""Questions to the JSON API, as its tests ask them."""

from typing import Any

from werkzeug.test import TestResponse

from tests.web.county import County

V1 = "/api/v1"


class Caller:
    """Our own page asking: its login's cookie and its token (a password with every request, as
    programs send it, would be hashed with every request, too)."""

    def __init__(self, county: County, login: str) -> None:
        self.browser = county.login(login)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.send("get", path, query_string=query) if query else self.send("get", path)

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.send("post", path, json=body)

    def patch(self, path: str, body: Any) -> TestResponse:
        return self.send("patch", path, json=body)

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        token = {"X-CSRFToken": self.browser.token}
        return self.browser.client.open(V1 + path, method=method, headers=token, **options)


def names(answer: TestResponse) -> list[str]:
    assert answer.json is not None
    return [item["name"] for item in answer.json["items"]]


def wrong(answer: TestResponse) -> dict[str, str]:
    """{field: cause} of a refused input."""
    assert (answer.status_code, set(answer.json or ())) == (422, {"message", "errors"})
    return {error["field"]: error["cause"] for error in answer.json["errors"]}
