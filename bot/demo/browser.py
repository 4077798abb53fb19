"""A person's browser as far as the desk's forms need one: pages, their forms, and a cookie.

The demonstration's reviewers use it, so that what is shown there went through the pages that people use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from bot.errors import NotAllowed

SIGNED_IN = 303
"""The status of an answer that leads on: the form was taken."""


@dataclass(slots=True)
class Form:
    """One form: where it goes, and what stands in its fields before anybody types."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """What came back: its status, its words without markup, and its forms that are posted."""

    status: int
    words: str
    forms: tuple[Form, ...]

    def form(self, ending: str) -> Form:
        """The form whose address ends so.

        Raises:
            NotAllowed: when the page offers none; the message holds the page's words.
        """
        for form in self.forms:
            if form.action.endswith(ending):
                return form
        raise NotAllowed(f"the desk offers no form {ending}: {self.words[-400:]}")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(found.get("action", "")) if found.get("method", "").lower() == "post" else None
        if self._form is None or "disabled" in found:
            return
        name, fields = found.get("name", ""), self._form.fields
        if tag == "input" and name:
            fields[name] = found.get("value", "")
        elif tag == "textarea" and name:
            self._area, fields[name] = name, ""
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select and ("selected" in found or self._select not in fields):
            fields[self._select] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self.forms.append(self._form)
            self._form = None
        elif tag == "textarea" and self._form is not None and self._area:
            # A browser drops the line feed that follows the tag (HTML, 13.2.6.4.7).
            self._form.fields[self._area] = self._form.fields[self._area].removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.fields[self._area] += data
        elif data.strip():
            self.words.append(data.strip())


class Browser:
    """One person at the desk; use it as a context."""

    def __init__(self, http: httpx.AsyncClient | None = None) -> None:
        self._http = http or httpx.AsyncClient(timeout=20.0, trust_env=False, follow_redirects=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def open(self, url: str) -> Page:
        """A page."""
        return _page(await self._http.get(url))

    async def post(self, url: str, form: Form, typed: Mapping[str, str] | None = None) -> Page:
        """Send a form of the page at ``url`` with what was typed over its fields."""
        parts = urlsplit(url)
        body = urlencode({**form.fields, **(typed or {})})
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}", "Content-Type": "application/x-www-form-urlencoded"}
        return _page(await self._http.post(urljoin(url, form.action), content=body, headers=headers))


def _page(response: httpx.Response) -> Page:
    reader = _Reader()
    reader.feed(response.text)
    return Page(response.status_code, " ".join(reader.words), tuple(reader.forms))
