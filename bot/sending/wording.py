"""Wording: the sentences above a card that is shown to somebody because of an event, and about a lost channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.cards import plain
from bot.cards.status import where
from bot.cards.wording import lesson_title
from bot.domain import events as e
from bot.domain.events import EventRecord
from bot.domain.lessons import Because
from bot.errors import MessageGone
from bot.policy.document import Policy
from bot.sending.scene import PERSON, Scene
from bot.sending.stepping import routing_before, which_step, why_you


def lead(scene: Scene, seq: int, place: str) -> str | None:
    """Why the card is shown in a place because of an event, to somebody (``person:<id>``) or in a channel.

    The same whenever it is asked, None where nothing is known of it.
    """
    record, event = scene.record(seq), scene.event(seq)
    if record is None:
        return None
    if isinstance(event, e.Reassigned):
        (line,) = scene.said([record])
        return f"{line.who} handed this to you" + (f": {line.note}" if line.note else ".")
    if isinstance(event, e.Woken):
        until = _time(scene, scene.request.deadline_at, record.at)
        text = f"You put this off until now. It expires at {until} unless it is decided."
        return " ".join(filter(None, (text, _late(event.late_seconds))))
    if isinstance(event, e.FeedbackOpened | e.FeedbackChanged | e.FeedbackReminded):
        return _lesson(scene, record, event)
    if isinstance(event, e.Warned | e.Sampled):
        return _near(scene, record, event) if isinstance(event, e.Warned) else _sample(event)
    return _step(scene, record, event, place) if isinstance(event, e.Escalated) else None


def _step(scene: Scene, record: EventRecord, event: e.Escalated, place: str) -> str:
    said = (_at_risk(scene, record), which_step(scene, record.seq, event), *why_you(scene, record.seq, event, place))
    return " ".join(filter(None, (*said, _late(event.late_seconds))))


def _lesson(scene: Scene, record: EventRecord, event: e.Event) -> str | None:
    """What is to be learned of it, until when, and how late that is."""
    item = scene.request.feedback
    if item is None:
        return None
    due, title = _time(scene, item.due_at, record.at), lesson_title(item.kind)
    if isinstance(event, e.FeedbackReminded):
        over = "Its time is over." if item.due_at <= record.at else ""
        text = f"This still has to be learned from, by {due}: {title}."
        return " ".join(filter(None, (text, over, _late(event.late_seconds))))
    (line,) = scene.said([record])
    note = plain(event.note) if isinstance(event, e.FeedbackChanged) and event.note else ""
    return " ".join(filter(None, (f"{line.who} asks that this be learned from, by {due}: {title}.", note)))


def _sample(event: e.Sampled) -> str:
    why = "one of the first of a new build" if event.because is Because.NEW_BUILD else "one of a share"
    asked = f"You are asked what you think of it, as {why}: good, or needs work?"
    return f"This ran without a signature, as its policy allows, and nothing waits for you. {asked}"


def _near(scene: Scene, record: EventRecord, event: e.Warned) -> str:
    """That the limit of the law is near, and what happens then."""
    routing = scene.request.routing
    limit = _time(scene, routing.statutory_at or routing.deadline_at, record.at)
    expires = _time(scene, scene.request.deadline_at, record.at)
    text = f"The limit that the law sets for this ends at {limit}, and it still waits for a decision."
    text += f" It expires at {expires}, and is not run then."
    return " ".join(filter(None, (text, _late(event.late_seconds))))


def _late(seconds: int) -> str:
    return f"This comes {seconds} s late." if seconds else ""


def _at_risk(scene: Scene, record: EventRecord) -> str:
    """What promise is at risk, and who has had it so far."""
    request, routing = scene.request, routing_before(scene, record.seq)
    due, opened = _time(scene, routing.due_at, record.at), _time(scene, request.opened_at, record.at)
    holder, had = _had_by(scene, record.seq)
    claimed = f"claimed by {holder}" if holder else "and nobody has claimed it"
    text = f"{plain(routing.owner_title)} promised an answer by {due}; it has waited since {opened}, {claimed}."
    if had:
        text += f" It went to {', '.join(had)} so far."
    return f"{text} It expires at {_time(scene, request.deadline_at, record.at)}, and is not run then."


def _had_by(scene: Scene, before: int) -> tuple[str | None, list[str]]:
    """Who has it, and everybody who had it or was told of it before an event, in order."""
    holder: str | None = None
    had: dict[str, None] = {}
    for record, event in scene.events(upto=before - 1):
        if isinstance(event, e.Claimed):
            holder = record.actor.partition(":")[2]
        elif isinstance(event, e.Reassigned):
            holder = event.to
        elif isinstance(event, e.Unclaimed):
            holder = None
        elif isinstance(event, e.Escalated):
            had |= dict.fromkeys(event.to)
        if holder is not None:
            had[holder] = None
    name = None if holder is None else _name(scene.policy, holder)
    return name, [_name(scene.policy, id_) for id_ in had]


def _name(policy: Policy, id_: str) -> str:
    person = policy.people.get(id_)
    return plain(id_ if person is None else person.name)


def _time(scene: Scene, at: datetime, seen: datetime) -> str:
    """An instant in the policy's zone, with its day where that is another than the one it is seen on."""
    zone = scene.policy.zone
    local = at.astimezone(zone)
    day = "" if local.date() == seen.astimezone(zone).date() else f"{local:%Y-%m-%d} "
    return f"{day}{local:%H:%M %Z}"


def loss(facts: Mapping[str, object], policy: Policy) -> str:
    """What whoever answers for a channel is told when it is lost."""
    said = {name: plain(str(facts.get(name, ""))) for name in ("surface", "place", "owner", "problem", "remedy")}
    surface = where(said["surface"]) or said["surface"]
    start = (
        f"The card of a request for {said['owner']} that stood in {said['place']} on {surface} was deleted"
        if facts.get("code") == MessageGone.code
        else f"Requests for {said['owner']} can't be shown in {said['place']} on {surface}"
    )
    text = f"{start} ({said['problem']}). {_instead(str(facts.get('instead', '')), facts, policy)}"
    return f"{text} To put it right: {said['remedy']}." if said["remedy"] else text


def _instead(place: str, facts: Mapping[str, object], policy: Policy) -> str:
    if not place:
        return "Until that is put right they are on the desk only."
    if place.startswith(PERSON):
        id_ = place.removeprefix(PERSON)
        who = "you" if id_ == facts.get("to") else _name(policy, id_)
        return f"Until that is put right they come to {who}, and are on the desk."
    return f"Until that is put right they go to {plain(place)}, and are on the desk."
