"""Meanings: the definition of each signal, as it stands beside it on every surface."""

from __future__ import annotations

from bot.friction.signals import ALL, FAR, LEAST_HURRIED, MANY_TIMES, QUESTIONS, SECONDS, SIGNIFICANT

MEANS = {
    "overrides": "Requests held and then decided by a person: the share that they edited or rejected.",
    "repeat_contact": (
        "Actions that ran and did not fail: the share whose customer was in contact again within 48 hours of it, as "
        "agents' platforms report contacts."
    ),
    "releases": (
        "Held requests that wait no more: the share that took a step of its escalation, up to 7 days after a release "
        "against up to 7 days before, without days of another release. More than chance where Fisher's exact test, "
        f"corrected by Holm's method, gives p below {SIGNIFICANT}."
    ),
    "contradictions": (
        f"Answers to the {QUESTIONS} questions that were answered most: the share that differs from the commonest "
        "answer to the same question under the same version of the policy."
    ),
    "load": "What each person decided, and in how many hours of the clock they decided anything.",
    "drift": (
        "Each build against all that its agent did in the four weeks before. A drift is a Kolmogorov-Smirnov distance "
        f"of {FAR} or more, of a volume {MANY_TIMES} times its normal or as many times less, that is more than chance: "
        f"p below {SIGNIFICANT}, corrected by Holm's method."
    ),
    "hurried": (
        f"People with {LEAST_HURRIED} decisions or more who approved {ALL:.0%} of them or more unchanged, half of them "
        f"within {SECONDS} seconds. Reading time is estimated, at most: from the opening, or from the same person's "
        "decision before, to the decision. Whoever reads several first, or signs many at once, looks hurried and need "
        "not be: a hint to look, not a finding."
    ),
}
