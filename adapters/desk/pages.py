"""Pages from templates: everything that is put into one is escaped, and a name that is missing is an error."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

from aiohttp import web
from babel.dates import format_datetime
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from adapters.desk.inputs import widget
from bot.cards import plain
from bot.cards.plaintext import words
from bot.filing.page import style

TYPES = {"desk.css": "text/css", "file.css": "text/css", "desk.js": "text/javascript", "icon.svg": "image/svg+xml"}


class Pages:
    """The desk's templates and files, read once."""

    def __init__(self) -> None:
        folder = resources.files("adapters.desk") / "static"
        self.files = {name: (folder / name).read_bytes() for name in TYPES if name != "file.css"}
        self.files["file.css"] = style().encode()
        self._versions = {name: hashlib.sha256(body).hexdigest()[:12] for name, body in self.files.items()}
        self._templates = Environment(
            loader=PackageLoader("adapters.desk"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(plain=plain, words=words, iso=iso, sentence=sentence, widget=widget)
        self._templates.globals.update(
            static=self.address, at=instant, left=left, share=share, token=token, seen_field=seen_field
        )

    def address(self, name: str) -> str:
        """Where a static file is, with its version, so that it may be kept for ever."""
        return f"/desk/static/{name}?v={self._versions[name]}"

    def show(
        self, template: str, *, now: datetime, zone: ZoneInfo, status: int = 200, **values: object
    ) -> web.Response:
        """A page as an answer."""
        text = self._templates.get_template(template).render(now=now, zone=zone, **values)
        return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def token(csrf: str) -> Markup:
    """What makes a form one of ours: the session's token."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(csrf)


def seen_field(seen: str) -> Markup:
    """What opens a feedback item again, as it was looked at."""
    return Markup('<input type="hidden" name="state" value="open"><input type="hidden" name="seen" value="{}">').format(
        seen
    )


def iso(at: datetime) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(at: datetime, zone: ZoneInfo, now: datetime) -> Markup:
    """A time element in the house's zone; a script turns it to the reader's."""
    local = at.astimezone(zone)
    same_year = local.year == now.astimezone(zone).year
    text = format_datetime(local, "d MMM, HH:mm" if same_year else "d MMM y, HH:mm", locale="en")
    return Markup('<time datetime="{}" data-at>{} {}</time>').format(iso(at), text, local.strftime("%Z"))


def left(until: datetime, now: datetime) -> str:
    """How much time is left, in the two largest units that say something."""
    seconds = int((until - now).total_seconds())
    if seconds <= 0:
        return "no time left"
    days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h left"
    if hours:
        return f"{hours} h {minutes} min left"
    return f"{minutes} min left" if minutes else f"{seconds} s left"


def share(until: datetime, since: datetime, now: datetime) -> int:
    """How much of a span is left, in hundredths."""
    whole = max(until - since, timedelta(seconds=1))
    return max(0, min(100, round((until - now) / whole * 100)))


def sentence(text: str) -> str:
    """With a capital at its start and a full stop at its end."""
    text = text.strip()
    if not text:
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…:" else ".")
