"""Stepping: which step of an escalation a ping is about, and why it comes to whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from bot.cards import plain
from bot.domain import events as e
from bot.domain.routing import ON_CALL, Routing, Step
from bot.sending.scene import PERSON, Scene


def routing_before(scene: Scene, seq: int) -> Routing:
    """Whose it was and by when just before an event; as it is now, where what said so was erased."""
    routing = scene.request.routing
    for _, event in scene.events(upto=seq - 1):
        match event:
            case e.Opened() | e.Moved():
                routing = event.routing
            case e.StageBegan():
                routing = replace(routing, due_at=event.due_at, remind_at=event.remind_at, escalation=event.escalation)
            case e.Rescheduled():
                routing = replace(routing, due_at=event.due_at, remind_at=event.remind_at, escalation=event.escalation)
            case _:
                pass
    return routing


def which_step(scene: Scene, seq: int, event: e.Escalated) -> str:
    """``This is step 2 of 3 of its escalation, once more (2 of 3).``; nothing where there is one step."""
    steps = routing_before(scene, seq).escalation
    if not 0 < event.number <= len(steps):
        return ""
    rungs = sum(not step.repeat for step in steps)
    rung = sum(not step.repeat for step in steps[: event.number])
    again = steps[event.number - 1].repeat
    if rungs == 1 and not again:
        return ""
    number = f"step {rung} of {rungs}" if rungs > 1 else "the step"
    once_more = f", once more ({again + 1} of {_times(steps, event.number)})" if again else ""
    return f"This is {number} of its escalation{once_more}."


def _times(steps: tuple[Step, ...], number: int) -> int:
    """How often a step comes in all: its repetitions follow it."""
    times = steps[number - 1].repeat + 1
    for step in steps[number:]:
        if step.repeat != times:
            break
        times += 1
    return times


def why_you(scene: Scene, seq: int, event: e.Escalated, place: str) -> Iterator[str]:
    """Why it comes to this person, and what changed with it for everybody."""
    id_ = place.removeprefix(PERSON) if place.startswith(PERSON) else ""
    away = event.instead_of.get(id_)
    if away is not None:
        yield f"{_name(scene, away)} is away; you stand in."
    if id_ in event.on_call:
        rotations = _rotations(scene, seq, event)
        yield f"You are on call for {rotations[0]}." if len(rotations) == 1 else "You are on call."
    if id_ in event.widened:
        yield "You may decide it now."
    elif event.widened and not id_:
        yield f"{', '.join(_name(scene, each) for each in event.widened)} may decide it now."
    moved = scene.event(seq + 1)
    if isinstance(moved, e.Moved):
        yield f"It is {_whose(moved.routing.owner_title)} from now on."


def _rotations(scene: Scene, seq: int, event: e.Escalated) -> list[str]:
    """The titles of the rotations that the step names."""
    steps = routing_before(scene, seq).escalation
    if not 0 < event.number <= len(steps):
        return []
    named = [name.removeprefix(ON_CALL) for name in steps[event.number - 1].to if name.startswith(ON_CALL)]
    return [plain(scene.policy.rotations[id_].title) for id_ in named if id_ in scene.policy.rotations]


def _name(scene: Scene, id_: str) -> str:
    person = scene.policy.people.get(id_)
    return plain(id_ if person is None else person.name)


def _whose(title: str) -> str:
    said = plain(title)
    return f"{said}'" if said.endswith("s") else f"{said}'s"
