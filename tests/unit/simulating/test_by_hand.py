"""Tiny cases that are worked out by hand: who takes what up when, and what time does meanwhile."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.events import Escalated, Reminded
from bot.simulating.staff import Reviewer, Works
from tests.rigs.simulated import START, Told, arrival, each, run, small


def test_one_person_takes_one_thing_at_a_time() -> None:
    policy, told = small("ben"), Told()
    figures = run(policy, *each(policy, [0, 1, 2], [10, 4, 2]), told=told)
    # 0 from 0 to 10; 1 from 10 to 14; 2 from 14 to 16: waits of 10, 13 and 14 minutes.
    assert [(at, number) for at, number, _, _ in told.of("take")] == [(0, 0), (10, 1), (14, 2)]
    assert figures.promise.within == 3
    assert (figures.until_decided.median, figures.until_decided.longest) == (13 * 60, 14 * 60)
    assert (figures.until_taken.median, figures.until_taken.longest) == (9 * 60, 12 * 60)
    assert figures.most_waiting == 2
    assert figures.people[0].busy_seconds == 16 * 60
    # Reminded at half of fifteen minutes: 0 at 7.5, 1 at 8.5 and 2 at 9.5, all of them still waiting.
    assert [(at, number) for at, number, _, event in told.of("time") if isinstance(event, Reminded)] == [
        (7.5, 0),
        (8.5, 1),
        (9.5, 2),
    ]


def test_late_escalated_and_expired() -> None:
    policy, told = small("ben"), Told()
    figures = run(policy, *each(policy, [0, 1, 2], [20, 45, 5]), told=told)
    # 0 ends at 20, late by 5. 1 from 20 would end at 65 and expires at 61: begun in vain. 2 from 61 would end at 66
    # and expires at 62.
    assert (figures.promise.within, figures.promise.late, figures.promise.expired) == (0, 1, 2)
    assert (figures.people[0].reviews, figures.people[0].lost) == (1, 2)
    assert figures.people[0].busy_seconds == 62 * 60
    steps = [(at, number) for at, number, _, event in told.of("time") if isinstance(event, Escalated)]
    assert steps == [(15, 0), (16, 1), (17, 2)]
    assert [(step.step, step.count, step.to) for step in figures.steps] == [(1, 3, ("vera",))]
    assert told.of("expire") == [(61, 1, "expire", None), (62, 2, "expire", None)]


def test_a_deadline_counts_from_its_very_instant() -> None:
    policy = small("ben")
    assert run(policy, *each(policy, [0], [60])).promise.expired == 1
    assert run(policy, *each(policy, [0], [59.999])).promise.late == 1
    assert run(policy, *each(policy, [0], [15])).promise.within == 1


def test_what_is_due_first_goes_first() -> None:
    policy, told = small("ben", expire="8h"), Told()
    # While 0 is looked at, a short-lived one comes after a long-lived one: its agent waits for five minutes alone.
    arrivals, minutes = each(policy, [0, 1, 2], [4, 1, 1])
    hurried = arrivals[2].proposal.__class__(arrivals[2].proposal.tool, {}, "5m")
    arrivals[2] = type(arrivals[2])(arrivals[2].at, hurried, arrivals[2].assessment, arrivals[2].quantile)
    run(policy, arrivals, minutes, told=told)
    assert [(at, number) for at, number, _, _ in told.of("take")] == [(0, 0), (4, 2), (5, 1)]


def test_two_signatures_are_of_two_people_one_after_the_other() -> None:
    policy, told = small("ann, ben", approvals=2), Told()
    figures = run(policy, *each(policy, [0], [3]), told=told)
    (_, _, _, first), (later, _, _, second) = told.of("sign")
    assert {first, second} == {"ann", "ben"}
    assert figures.promise.within == 1
    assert later > 3
    assert sum(person.reviews for person in figures.people) == 2


def test_nobody_signs_above_their_limit() -> None:
    policy, told = small("ann, ben"), Told()
    run(policy, [arrival(policy, 0, action="refund", amount=501)], each(policy, [], [])[1], told=told)
    assert [who for _, _, _, who in told.of("sign")] == ["ben"]


def test_what_nobody_may_sign_expires_and_is_told() -> None:
    policy = small("ann")
    figures = run(policy, [arrival(policy, 0, action="refund", amount=501)], each(policy, [], [])[1])
    assert (figures.promise.expired, figures.unsignable, figures.until_taken.count) == (1, 1, 0)
    assert figures.most_waiting == 0, "it stands in nobody's queue"


def test_somebody_joins_in_when_an_escalation_tells_them() -> None:
    policy, told = small("ben, cat", steps="{after: 20m, to: [cat]}"), Told()
    arrivals, minutes = each(policy, [0, 1, 2], [30, 5, 5])
    figures = run(policy, arrivals, minutes, reviewers={"cat": Reviewer(Works.WHEN_TOLD)}, told=told)
    # ben is at 0 until 30; cat is told of 1 at 21 and of 2 at 22, and takes 1 until 26, then 2.
    assert told.of("take")[1:] == [(21, 1, "take", "cat"), (26, 2, "take", "cat")]
    assert figures.promise.decided == 3


def test_work_begins_with_the_day_and_is_ended_after_it() -> None:
    policy = small("ben", more='hours: {days: mon-fri, open: "09:00", close: "17:00"}', expire="8h")
    told = Told()
    # One comes at 16:50 and takes 30 minutes; one comes at 16:55, and waits for Tuesday at 9. The promises are until
    # 9:05 and 9:10 on Tuesday, so the first is kept at 17:20, and the second is missed at 9:11.
    figures = run(policy, *each(policy, [16 * 60 + 50, 16 * 60 + 55], [30, 11]), told=told)
    assert [(at, number) for at, number, _, _ in told.of("take")] == [(16 * 60 + 50, 0), (33 * 60, 1)]
    assert (figures.promise.within, figures.promise.late) == (1, 1)
    assert figures.people[0].open_seconds == 8 * 3600


def test_never_and_own_hours_are_as_the_file_says() -> None:
    policy, told = small("ann, ben"), Told()
    run(policy, *each(policy, [0, 1], [30, 1]), reviewers={"ann": Reviewer(Works.NEVER)}, told=told)
    assert {who for _, _, _, who in told.of("take")} == {"ben"}


def test_a_person_s_load_is_counted_until_arrivals_end() -> None:
    policy = small("ben", expire="8h")
    arrivals, minutes = each(policy, [24 * 60 - 10], [30])
    figures = run(policy, arrivals, minutes)
    assert figures.people[0].busy_seconds == 600
    assert figures.people[0].reviews == 1
    assert figures.hours[23].held == 1
    assert figures.hours[23].mean_busy == 1 / 6
    assert figures.end == START + timedelta(days=1)


def test_nothing_arrives() -> None:
    figures = run(small(), [], each(small(), [], [])[1])
    assert figures.nothing
    assert figures.promise.held == 0
    assert figures.as_json()["held"] == 0
