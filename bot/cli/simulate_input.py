"""What a simulation is given: the rate or the file, the record where there is one, people, and what is assumed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.cli.reading import with_store
from bot.domain.verdicts import Level
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.policy.durations import parse_timeout
from bot.ports import Store
from bot.settings import Settings, load_settings
from bot.simulating.arrivals_file import Entry, read_arrivals
from bot.simulating.arriving import Arrival, Kind, Passed, Profile, Rate, Share, kinds_of, without_dates
from bot.simulating.assuming import about_amounts, about_people, durations_of
from bot.simulating.durations import Lognormal
from bot.simulating.judging import judged
from bot.simulating.mix import read_mix
from bot.simulating.recorded import Record, read_record
from bot.simulating.reviewers_file import read_reviewers
from bot.simulating.staff import Reviewer, Staff
from bot.simulating.trying_out import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The command line's words; ``arrivals`` is a file or a number a day."""

    arrivals: float | Path
    days: int
    owner: str | None
    start: datetime | None
    monday: datetime
    seed: int
    mix: str | None
    held: float
    profile: Profile
    timeout: str
    median: float
    reviewers: Path | None
    database: str | None


@dataclass(frozen=True, slots=True)
class Input:
    """A trial and what arrives in it."""

    trial: Trial
    arrivals: Iterable[Arrival | Passed]


def prepare(given: Given, policy: Policy) -> Input:
    """Read everything that is read.

    Raises:
        SignoffError: when a file, an option or the database can't be used, naming it and the remedy.
    """
    try:
        parse_timeout(given.timeout)
    except BadInput as error:
        raise BadInput(error.message, field="--timeout", remedy=error.remedy) from error
    staff = Staff(policy, {} if given.reviewers is None else _reviewers(given.reviewers, policy))
    record = _record(given, policy)
    durations, said = durations_of(record, Lognormal(given.median))
    owners = [given.owner] if given.owner is not None else list(policy.owners)
    sentences = [*said, *about_people(policy, staff, owners)]
    if isinstance(given.arrivals, Path):
        entries, start, words = _from_file(given, given.arrivals, policy)
        end = start + timedelta(days=given.days)
        trial = Trial(policy, staff, durations, start, end, given.seed, given.owner, [*words, *sentences])
        return Input(trial, judged(entries, policy, start, end, given.seed))
    start = (given.start or given.monday).astimezone(UTC)
    end = start + timedelta(days=given.days)
    made_up = without_dates(policy)
    kinds, words = _kinds(given, given.arrivals, record, made_up)
    if made_up.actions != policy.actions:
        words.append("Limits of the law are counted from the opening.")
    trial = Trial(made_up, staff, durations, start, end, given.seed, given.owner, [*words, *sentences])
    rate = Rate(given.arrivals, kinds, start, end, given.seed, given.profile)
    return Input(trial, rate.arrivals(made_up))


def _reviewers(path: Path, policy: Policy) -> dict[str, Reviewer]:
    return read_reviewers(path.read_text(encoding="utf-8"), str(path), policy)


def _record(given: Given, policy: Policy) -> Record:
    """What the database says. One that the settings name by default alone need not exist."""

    async def work(store: Store, settings: Settings) -> Record:
        del settings
        return await read_record(store, policy)

    settings = load_settings(database=given.database)
    kind, _, path = settings.database.partition(":///")
    if given.database is None and kind == "sqlite" and not Path(path).exists():
        return Record()
    return with_store(given.database, work)


def _from_file(given: Given, path: Path, policy: Policy) -> tuple[list[Entry], datetime, list[str]]:
    if given.mix is not None:
        raise BadInput("can't be given with a file of arrivals", field="--mix", remedy="give a rate such as 10000/day")
    with path.open("rb") as stream:
        entries = read_arrivals(stream, path.name, policy, given.timeout)
    first = entries[0].at if entries else given.monday
    midnight = datetime.combine(first.astimezone(policy.zone).date(), time(), tzinfo=policy.zone)
    start = (given.start or midnight).astimezone(UTC)
    end = start + timedelta(days=given.days)
    told = sum(1 for entry in entries if entry.assessment is not None)
    out = sum(1 for entry in entries if not start <= entry.at < end)
    counted = len(entries) - told
    said = [f"{len(entries):,} requests of {path.name}: {counted:,} put through the gate, {told:,} taken as held."]
    if out:
        said.append(f"{out:,} of them are outside these {given.days} days and left out.")
    return entries, start, said


def _kinds(given: Given, per_day: float, record: Record, policy: Policy) -> tuple[list[Kind], list[str]]:
    """What comes at a rate: by --mix, else as on record, else every action type that may be held alike."""
    when = "at any time alike" if given.profile is Profile.FLAT else "within working hours alone"
    said = [f"{per_day:,.10g} proposals a day, {when}, at random (Poisson)."]
    if given.mix is not None:
        kinds = kinds_of(policy, read_mix(given.mix, policy), given.held, given.timeout)
        said.append(f"The mix is that of --mix; {given.held:.0%} are held.")
    elif record.kinds:
        kinds = list(record.kinds)
        shares = sum(kind.weight * kind.held for kind in kinds) / sum(kind.weight for kind in kinds)
        said.append(
            f"The mix, the amounts and the share that is held ({shares:.0%}) are those of "
            f"{record.requests:,} requests on record."
        )
    else:
        mix = _every(policy)
        kinds = kinds_of(policy, mix, given.held, given.timeout)
        said.append(
            f"Nothing is on record and no --mix is given: {len(mix)} action types come alike, "
            f"{given.held:.0%} of them held."
        )
    return kinds, [*said, *about_amounts(policy, kinds)]


def _every(policy: Policy) -> Sequence[Share]:
    found = [Share(action.id, 1.0) for action in policy.actions.values() if action.level is Level.COMMIT]
    return found or [Share(action, 1.0) for action in policy.actions]
