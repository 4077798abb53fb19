"""Taking test cases along from the feedback board, in the shapes that eval harnesses read."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator
from typing import IO

from aiohttp import web

from adapters.desk.listing import chosen
from adapters.desk.workroom import VISITOR, WORKROOM, Workroom
from bot.domain.lessons import FeedbackState, Lesson
from bot.domain.people import Person
from bot.errors import BadInput, NotAllowed
from bot.learning.cases import cases
from bot.learning.harnesses import NAME, Shape, foot, head, line, openai_registry
from bot.policy.document import Policy

STATES = tuple(state.value for state in FeedbackState if state is not FeedbackState.DECLINED)
_FILES = {
    Shape.JSONL: (f"{NAME}.jsonl", "application/jsonl"),
    Shape.PROMPTFOO: (f"{NAME}.yaml", "application/yaml"),
    Shape.OPENAI_EVALS: (f"{NAME}.zip", "application/zip"),
}
_IN_MEMORY = 1_000_000
"""Bytes of a packed export that are not yet put on disk."""
_PIECE = 256 * 1024


def exportable(policy: Policy, person: Person) -> tuple[str, ...]:
    """The ids of the owners whose cases somebody may take along: those that they answer for."""
    return tuple(
        owner.id
        for owner in policy.owners.values()
        if person.id in {owner.accountable, owner.risk_owner, owner.knowledge_owner}
    )


async def export(request: web.Request) -> web.StreamResponse:
    """``GET /desk/feedback/export``: regression cases ``as`` JSONL, for promptfoo or OpenAI's evals; of ``owner``.

    All that was not declined and not erased, with sensitive values masked; written as it is read.
    """
    room = request.app[WORKROOM]
    shape, owners = _shape(request), _owners(request, room)
    name, type_ = _FILES[shape]
    response = web.StreamResponse(
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": type_}
    )
    if shape is Shape.OPENAI_EVALS:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as packed:
            await _pack(packed, room, owners)
            await response.prepare(request)
            packed.seek(0)
            while piece := await asyncio.to_thread(packed.read, _PIECE):
                await response.write(piece)
    else:
        await response.prepare(request)
        async for text in _lines(shape, room, owners):
            await response.write(text.encode())
    await response.write_eof()
    return response


async def _lines(shape: Shape, room: Workroom, owners: tuple[str, ...]) -> AsyncIterator[str]:
    names = {agent.id: agent.name for agent in await room.store.agents()}
    count = 0
    yield head(shape)
    async for case in cases(
        room.store, names, kinds=(Lesson.REGRESSION_CASE.value,), states=STATES, owners=owners, clear=False
    ):
        yield line(shape, case)
        count += 1
    yield foot(shape, count)


async def _pack(to: IO[bytes], room: Workroom, owners: tuple[str, ...]) -> None:
    """The samples and the registry's entry, in the folders in which ``oaieval`` looks for them."""
    samples = f"{NAME}/samples.jsonl"
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"evals/{NAME}.yaml", openai_registry(samples))
        with archive.open(f"data/{samples}", "w", force_zip64=True) as file:
            async for text in _lines(Shape.OPENAI_EVALS, room, owners):
                file.write(text.encode())


def _shape(request: web.Request) -> Shape:
    text = request.query.get("as", "")
    if text not in {shape.value for shape in Shape}:
        raise BadInput("is no shape of test cases", field="as", remedy="choose jsonl, promptfoo or openai-evals")
    return Shape(text)


def _owners(request: web.Request, room: Workroom) -> tuple[str, ...]:
    policy = room.policy()
    mine = exportable(policy, request[VISITOR].person)
    wanted = chosen(request, room).get("owner")
    if not mine or (wanted is not None and wanted not in mine):
        of = policy.owners.values() if wanted is None else [policy.owners[wanted]]
        ids = dict.fromkeys(id_ for owner in of for id_ in (owner.accountable, owner.risk_owner))
        names = ", ".join(person.name for id_ in ids if (person := policy.people.get(id_)) is not None)
        raise NotAllowed(
            "Test cases hold what customers and agents said: whoever answers for the team takes them along.",
            remedy=f"Ask {names}.",
        )
    return mine if wanted is None else (wanted,)
