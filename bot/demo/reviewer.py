"""A reviewer who decides as told, through the desk's own pages: signs in by a link, reads the card, posts its forms."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.demo.browser import SIGNED_IN, Browser, Form, Page
from bot.errors import NotAllowed

ARGUMENT = "arg."
"""What an argument's field is called on the edit form, before its name."""


class Reviewer:
    """One person of the policy, signed in on the desk of one server."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url

    @classmethod
    async def signed_in(cls, browser: Browser, link: str) -> Reviewer:
        """Follow a one-time link and press its button.

        Raises:
            NotAllowed: when the link is no good.
        """
        page = await browser.open(link)
        path = urlsplit(link).path
        _require_taken(await browser.post(link, page.form(path)))
        return cls(browser, link.removesuffix(path))

    async def approve(self, request_id: str, note: str = "") -> None:
        """Sign as proposed, confirming where the desk asks twice.

        Raises:
            NotAllowed: when the desk does not take it; the message holds its words.
        """
        url, page = await self._card(request_id)
        answer = await self._browser.post(url, page.form("/approve"), {"note": note})
        if any("confirmed" in form.fields for form in answer.forms):
            answer = await self._browser.post(url, answer.form("/approve"))
        _require_taken(answer)

    async def reject(self, request_id: str, code: str, note: str) -> None:
        """Refuse with a reason code and a note.

        Raises:
            NotAllowed: as for ``approve``.
        """
        url, page = await self._card(request_id)
        typed = {"reason_code": code, "note": note}
        _require_taken(await self._browser.post(url, page.form("/reject"), typed))

    async def edit(self, request_id: str, typed: Mapping[str, str], note: str = "") -> None:
        """Type other arguments, look at before and after, and sign.

        Raises:
            NotAllowed: as for ``approve``.
        """
        url = f"{self._url}/desk/requests/{request_id}/edit"
        page = await self._browser.open(url)
        fields = {ARGUMENT + name: text for name, text in typed.items()}
        form = page.form("/edit")
        _require_fields(form, fields)
        seen = await self._browser.post(url, form, {**fields, "note": note})
        if seen.status in range(200, 300):
            seen = await self._browser.post(url, seen.form("/edit"), {"step": "sign"})
        _require_taken(seen)

    async def _card(self, request_id: str) -> tuple[str, Page]:
        url = f"{self._url}/desk/requests/{request_id}"
        return url, await self._browser.open(url)


def _require_fields(form: Form, typed: Mapping[str, str]) -> None:
    missing = sorted(set(typed) - set(form.fields))
    if missing:
        raise NotAllowed(f"the edit form has no field {', '.join(missing)}")


def _require_taken(page: Page) -> None:
    if page.status != SIGNED_IN:
        raise NotAllowed(f"the desk answered {page.status}: {page.words[:600]}")
