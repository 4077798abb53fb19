"""Reviewing by script: people of the policy decide as the scenes say, through the desk's own pages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

from bot.demo.agent import Followed
from bot.demo.browser import Browser
from bot.demo.reviewer import Reviewer
from bot.demo.scenes import Change, Refuse, Review, Scene, Sign


async def review_all(
    scenes: Sequence[Scene], news: asyncio.Queue[Followed], link: Callable[[str], Awaitable[str]]
) -> None:
    """Decide every scene that is to be decided, as soon as the agent has proposed it.

    ``link`` gives a sign-in link for a person's id.

    Raises:
        NotAllowed: when the desk does not take a decision.
    """
    left = {scene.key: scene for scene in scenes if scene.review}
    async with AsyncExitStack() as stack:
        reviewers: dict[str, Reviewer] = {}
        for id_ in sorted({review.person for scene in left.values() for review in scene.review}):
            browser = await stack.enter_async_context(Browser())
            reviewers[id_] = await Reviewer.signed_in(browser, await link(id_))
        while left:
            one = await news.get()
            scene = left.pop(one.scene.key, None)
            for review in scene.review if scene is not None else ():
                await _decide(reviewers[review.person], one.request_id or "", review)


async def _decide(reviewer: Reviewer, request_id: str, review: Review) -> None:
    if isinstance(review, Sign):
        await reviewer.approve(request_id, review.note)
    elif isinstance(review, Change):
        await reviewer.edit(request_id, review.typed, review.note)
    else:
        await reviewer.reject(request_id, review.code, review.note)


def outcome_of(reviews: Sequence[Review]) -> str:
    """The status that a scene ends with."""
    return {Sign: "approved", Change: "edited", Refuse: "rejected"}[type(reviews[-1])]
