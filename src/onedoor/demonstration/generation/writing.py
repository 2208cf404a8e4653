"""Write the invented cases of one county: people, answers, actions with their chain, steps, clocks, register entries."""

import itertools
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import transaction

from onedoor.demonstration.cast import bank_card
from onedoor.demonstration.generation import proportions
from onedoor.demonstration.generation.lives import Days, Event, live
from onedoor.demonstration.generation.plans import Share, Town
from onedoor.demonstration.generation.population import County, Invented
from onedoor.demonstration.generation.rows import Rows
from onedoor.platform.cases.life import GENESIS
from onedoor.platform.cases.models import (
    Action,
    Case,
    CaseAnswers,
    CasePerson,
    CaseStep,
    Clock,
    PublicNotice,
    StepPerformer,
)
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.services.assistance.models import Recognition, RecognizedPerson
from onedoor.standards.case_numbers import case_number
from onedoor.standards.credit_codes import ALPHABET
from onedoor.standards.item_codes import task_code
from onedoor.standards.masks import mask_name

MODELS = (
    Person,
    Case,
    CaseAnswers,
    CasePerson,
    Action,
    CaseStep,
    StepPerformer,
    Clock,
    PublicNotice,
    Recognition,
    RecognizedPerson,
)
# Ids are given out by county in blocks, so that two processes never meet; a block is as wide as the most rows of a case.
WIDTH = 16
STATES = {
    "submit": "submitted",
    "hand_in": "received",
    "withdraw": "withdrawn",
    "refuse": "not_accepted",
    "ask_supplement": "supplement_wait",
    "supply": "received",
    "accept": "accepted",
    "post_notice": "publicizing",
    "grant": "granted",
    "deny": "denied",
    "finish": "completed",
}
AFTER_STEP = {"verify": "reviewing", "survey": "reviewing", "opinion": "reviewing", "notice": "deciding", "certify": ""}
MONTHLY = (320, 480, 610, 745, 810, 960, 1080, 1290)


class Writer:
    """Collects the rows of one county and writes them in one transaction."""

    def __init__(self, share: Share, *, version: ItemVersion, today: date, now: datetime, days: int, seed: int) -> None:
        self.share, self.version, self.now, self.seed = share, version, now, seed
        self.county = County(share.place.code, [], seed=seed, today=today)
        self.dice = Random(f"{seed}:{share.place.code}:lives")  # noqa: S311 - the same cases every time
        self.days, self.span, self.today = Days(until=today, days=days), days, today
        self.item = version.item
        self.rows = {model: Rows(model) for model in MODELS}
        self.persons = itertools.count(share.first_person)
        self.task = task_code(share.place.uscc, "4", self.item.national.catalog_code)

    def write(self) -> int:
        """Write the county's cases; return how many rows."""
        for number in range(self.share.cases):
            self._case(number)
        with transaction.atomic():
            return sum(self.rows[model].write() for model in MODELS)

    def _case(self, number: int) -> None:
        town = self.dice.choice(self.share.place.towns)
        handed_in = self.days.rolled(self.today - timedelta(days=self.dice.randint(1, self.span)))
        events = [one for one in live(self.dice, handed_in, self.days) if one.at <= self.now]
        if len(events) < 2:
            return
        household = self.county.household()
        people = self._people(household, town, events[0].at)
        one = _OneCase(self, self.share.first_case + number, number, town, events, household, people)
        one.write()

    def _people(self, household: list[Invented], town: Town, at: datetime) -> list[int]:
        address = self.county.address(town.name)
        ids = []
        for place, one in enumerate(household):
            pk = next(self.persons)
            # One phone for all of them: numbers that could be somebody's are not invented by the hundred thousand.
            phone = "13900019999" if place == 0 else ""
            self.rows[Person].add(
                id=pk,
                name=one.name,
                sex=one.sex,
                born_on=one.born,
                division_id=town.code,
                address=address,
                id_number=one.id_number,
                phone=phone,
                **Person.by_number.values(one.id_number),
                **Person.by_phone.values(phone),
                assurance=3 if place == 0 else 0,
                recorded_at=at,
                recorded_by="演示数据",
            )
            ids.append(pk)
        return ids


class _OneCase:
    """The rows of one case, from its events."""

    def __init__(
        self,
        writer: Writer,
        pk: int,
        number: int,
        town: Town,
        events: list[Event],
        household: list[Invented],
        people: list[int],
    ) -> None:
        self.writer, self.pk, self.town, self.events, self.household = writer, pk, town, events, household
        self.people, self.rows, self.place = people, writer.rows, writer.share.place
        self.number = case_number(writer.task, events[0].at.date(), number + 1)
        self.step_ids = itertools.count(pk * WIDTH)
        self.monthly = Decimal(writer.dice.choice(MONTHLY))

    def write(self) -> None:
        state, result, last_hash, moments, rounds = self._actions()
        self._case(state, result, last_hash, moments, rounds)
        self._declared()
        clocks = self._clocks(state)
        self._steps(state, clocks)
        self._notice()
        if result == "granted":
            self._recognition(next(one.at for one in self.events if one.kind == "grant"))

    def _actions(self) -> tuple[str, str, str, dict[str, datetime], int]:
        state, previous, result, rounds = "", GENESIS, "", 0
        moments: dict[str, datetime] = {}
        for seq, event in enumerate(self.events, start=1):
            target = STATES.get(event.kind) or AFTER_STEP[event.step] or state
            content = self._content(seq, event, state, target, previous)
            digest = sm3(canonical_json({**content, "at": round(event.at.timestamp() * 1_000_000)})).hex()
            self.rows[Action].add(id=self.pk * WIDTH + seq, at=event.at, hash=digest, **content)
            state, previous = target, digest
            rounds += event.kind == "ask_supplement"
            result = {"grant": "granted", "deny": "denied"}.get(event.kind, result)
            named = {"hand_in": "received_at", "accept": "accepted_at", "grant": "decided_at", "deny": "decided_at"}
            if event.kind in named:
                moments[named[event.kind]] = event.at
            if target in ("withdrawn", "not_accepted", "completed"):
                moments["completed_at"] = event.at
        return state, result, previous, moments, rounds

    def _content(self, seq: int, event: Event, state: str, target: str, previous: str) -> dict[str, Any]:
        who = self._who(event)
        return {
            "case_id": self.pk,
            "seq": seq,
            "kind": event.kind,
            "step": event.step if event.kind != "post_notice" else "notice",
            "from_state": state,
            "to_state": target,
            **who,
            "facts": {"accepted_at": event.at.isoformat()} if event.kind == "accept" else {},
            "previous_hash": previous,
        }

    def _who(self, event: Event) -> dict[str, Any]:
        nobody = {"login_id": None, "person_id": None, "post_id": None, "organization_id": None}
        words = {"actor_name": "", "organization_name": "", "role": ""}
        if event.by == "applicant":
            return {"actor_kind": "citizen", **words, **nobody, "person_id": self.people[0], "channel": "window"}
        if event.by == "machine":
            return {"actor_kind": "system", **words, "actor_name": "演示数据", **nobody, "channel": "system"}
        officer = self._officer(event.by)
        return {
            "actor_kind": "officer",
            "actor_name": officer.name,
            "login_id": officer.login_id,
            "person_id": None,
            "post_id": officer.post_id,
            "organization_id": officer.organization_id,
            "organization_name": officer.organization_name,
            "role": officer.role,
            "channel": "window",
        }

    def _officer(self, by: str, place: int = 0) -> Any:
        if by == "approver":
            return self.place.approver
        return self.town.officers[{"clerk": 0, "surveyor": 1 + place, "reviewer": 3}[by]]

    def _case(self, state: str, result: str, last_hash: str, moments: dict[str, datetime], rounds: int) -> None:
        submitted = self.events[0].at
        self.rows[Case].add(
            id=self.pk,
            number=self.number,
            query_code="".join(self.writer.dice.choices(ALPHABET, k=10)),
            item_version_id=self.writer.version.pk,
            item_code=self.writer.version.code,
            line=self.writer.item.line,
            division=self.town.code,
            receiving_organization_id=self.town.organization_id,
            deciding_organization_id=self.place.organization_id,
            applicant_id=self.people[0],
            channel=self.writer.dice.choices(("window", "web"), (0.45, 0.55))[0],
            state=state,
            result=result,
            submitted_at=submitted,
            undo_until=submitted + timedelta(minutes=10),
            supplement_round=rounds,
            last_seq=len(self.events),
            last_hash=last_hash,
            last_at=self.events[-1].at,
            **moments,
        )

    def _declared(self) -> None:
        head = self.household[0]
        answers = {
            "name": head.name,
            "id_number": head.id_number,
            "phone": "13900019999",
            "hukou": "urban" if self.writer.dice.random() < proportions.URBAN else "rural",
            "address": f"{self.town.name}",
            "members": [
                {
                    "name": one.name,
                    "id_number": one.id_number,
                    "relation": one.relation,
                    "health": "CHRONIC",
                    "works": False,
                }
                for one in self.household
            ],
            "incomes": [],
            "housing": "own",
            "houses": 1,
            "vehicles": 0,
            "deposits": f"{self.writer.dice.randint(0, 12) * 1000}.00",
            "has_medical": False,
            "obligors": [],
            "reason": self.writer.dice.choice(proportions.REASONS),
            "account_name": head.name,
            "account": bank_card(self.pk % 10**12),
            "near_relative": False,
            "truth": True,
            "publicity": True,
        }
        digest = sm3(canonical_json(answers)).hex()
        self.rows[CaseAnswers].add(id=self.pk, case_id=self.pk, content=answers, digest=digest)
        for row, person in enumerate(self.people):
            self.rows[CasePerson].add(
                id=self.pk * WIDTH + row, case_id=self.pk, person_id=person, role="member", row=row
            )

    def _clocks(self, state: str) -> dict[str, date]:
        """Write the limits of the case; return the due days of those that still run."""
        limits = self.writer.item.limits
        received = self._day_of("hand_in")
        accepted = self._day_of("accept")
        ended = self._day_of("withdraw", "refuse", "finish")
        running: dict[str, date] = {}
        if received is not None:
            stopped = accepted or ended or (self.events[-1].at.date() if state == "supplement_wait" else None)
            self._clock("receive", limits.receive.days, received, stopped, running)
        if accepted is not None:
            decided = self._day_of("grant", "deny") or ended
            self._clock("promised", limits.promised.days, accepted, decided, running)
            self._clock("statutory", limits.statutory.days, accepted, decided, running)
        return running

    def _clock(self, kind: str, days: int, started: date, stopped: date | None, running: dict[str, date]) -> None:
        due = self.writer.days.after(started, days)
        if stopped is None:
            running[kind] = due
        self.rows[Clock].add(
            id=self.pk * WIDTH + ("receive", "promised", "statutory").index(kind),
            case_id=self.pk,
            kind=kind,
            unit="workday",
            length=days,
            started_on=started,
            due_on=due,
            state="running" if stopped is None else "stopped",
            stopped_on=stopped,
        )

    def _day_of(self, *kinds: str) -> date | None:
        return next((event.at.date() for event in self.events if event.kind in kinds), None)

    def _steps(self, state: str, clocks: dict[str, date]) -> None:
        urgent = min((day for kind, day in clocks.items() if kind != "statutory"), default=date.max)
        ended = {event.step: event for event in self.events if event.step and event.kind != "post_notice"}
        accepted = next((event for event in self.events if event.kind in ("accept", "refuse", "withdraw")), None)
        opened = next((event.at for event in self.events if event.kind == "hand_in"), None)
        if opened is None:
            return
        self._step("accept", "收件审查", "cases.accept", 5, opened, accepted, urgent)
        if accepted is None or accepted.kind != "accept":
            return
        denied = any(event.kind == "deny" for event in self.events)
        for step in self.writer.item.steps:
            if denied and "decide" in step.after:
                continue
            before = [ended.get(code) if code != "accept" else accepted for code in step.after]
            if any(event is None for event in before):
                continue
            opened = max(event.at for event in before if event is not None)
            self._step(step.code, step.title, step.permission, step.tier, opened, ended.get(step.code), urgent)

    def _step(
        self, code: str, title: str, permission: str, tier: int, opened: datetime, ended: Event | None, urgent: date
    ) -> None:
        pk = next(self.step_ids)
        self.rows[CaseStep].add(
            id=pk,
            case_id=self.pk,
            code=code,
            title=title,
            permission=permission,
            division=self.place.code if tier == 4 else self.town.code,
            line=self.writer.item.line,
            item_code=self.writer.version.code,
            opened_at=opened,
            urgent_on=date.max if ended else urgent,
            ended_at=ended.at if ended else None,
            outcome="agree" if ended else "",
        )
        for login in self._performers(ended):
            self.rows[StepPerformer].add(
                id=pk * 2 + (login == self.town.officers[2].login_id), step_id=pk, login_id=login
            )

    def _performers(self, ended: Event | None) -> Iterator[int]:
        if ended is None or ended.by in ("applicant", "machine"):
            return
        yield self._officer(ended.by).login_id
        if ended.by == "surveyor":
            yield self._officer("surveyor", 1).login_id

    def _notice(self) -> None:
        posted = next((event for event in self.events if event.kind == "post_notice"), None)
        if posted is None:
            return
        last = self.writer.days.rolled(posted.at.date() + timedelta(days=7))
        closed = next(
            (event.at for event in self.events if event.step == "notice" and event.kind == "complete_step"), None
        )
        self.rows[PublicNotice].add(
            id=self.pk,
            case_id=self.pk,
            step="notice",
            division=self.town.code,
            title=f"{self.town.name}最低生活保障审核公示",
            lines=[
                ["申请人", mask_name(self.household[0].name)],
                ["家庭人口", f"{len(self.household)} 人"],
                ["拟保障金额", f"每月 {self.monthly} 元"],
            ],
            posted_on=posted.at.date(),
            last_day=last,
            next_step_on=self.writer.days.after(last, 1),
            closed_at=closed,
        )

    def _recognition(self, decided: datetime) -> None:
        start = (decided.date().replace(day=1) + timedelta(days=32)).replace(day=1)
        self.rows[Recognition].add(
            id=self.pk,
            number=f"DB{self.place.code[:6]}-{decided.year}-G{self.pk:08d}",
            division=self.town.code,
            in_force_from=start,
            case_number=self.number,
            category="DIBAO",
            head_id=self.people[0],
            start_month=start,
            monthly_amount=self.monthly,
            review_class="STABLE",
            review_due_on=start + timedelta(days=365),
            judgement_digest="0" * 64,
            decided_by_id=self.place.organization_id,
            recorded_at=decided,
            recorded_by=self.place.approver.name,
        )
        for row, person in enumerate(self.people):
            self.rows[RecognizedPerson].add(id=self.pk * WIDTH + row, recognition_id=self.pk, person_id=person)
