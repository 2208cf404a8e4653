"""
How a case moves: every change is one action appended to its list, and the state columns are that list read aloud.

`append` is the only function in the project that writes an action or a case's state. `fold` reads the state back from
the actions alone; a test compares the two for every case the suite makes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import QuerySet

from onedoor.platform.cases import bias
from onedoor.platform.cases.models import Action, ActionNote, Case
from onedoor.platform.cases.states import EX_OFFICIO, FIRST, MOVES, TERMINAL, Kind, State
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA
from onedoor.platform.kernel.crypto import canonical_json, keyed_hash, sm3
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.prepared import Prepared, prepared

NOTE_KEYED = "hmac-sm3:"
GENESIS = "0" * 64
SKEW = timedelta(seconds=5)  # by which the clocks of two servers may differ
# The columns of a case that are a reading of its actions.
READING = (
    *("state", "result", "supplement_round", "last_seq", "last_hash", "last_at"),
    *("received_at", "accepted_at", "decided_at", "completed_at"),
)


class MoveNotPossible(OneDoorError):
    code, http_status, message = (
        "cases.move_not_possible",
        409,
        "办件目前为“{state}”，不能{kind}，请刷新页面查看最新进展。",
    )


def lock(case_id: int, *joined: str) -> Case:
    """
    Return the case with its row locked until the transaction ends; two officers act one after the other.

    `joined` names what else the act reads, to come with it.
    """
    return _locked(joined).one(case_id=case_id)


@cache
def _locked(joined: tuple[str, ...]) -> Prepared[..., Case]:
    def locked(*, case_id: int) -> QuerySet[Case]:
        found = Case.objects.select_for_update(of=("self",)).filter(pk=case_id)
        return found.select_related(*joined) if joined else found

    return prepared(locked)


class CaseChanged(OneDoorError):
    code, http_status, message = (
        "cases.changed",
        409,
        "您打开页面以后，这件办件又有了新的办理，您填的内容没有提交，都还在。请先看有什么变化，再决定要不要提交。",
    )


def require_unchanged(case: Case, *, seen: int) -> None:
    """
    Let an act go on if `seen` is still the position of the last action of a case that is held for it.

    Two officers with the same page open act one after the other, and the second one knows of the first.

    :raises CaseChanged: something has happened since.
    """
    if case.last_seq != seen:
        raise CaseChanged


def check_move(case: Case, kind: Kind) -> None:
    """:raises MoveNotPossible: this action cannot happen in the present state."""
    foreign = case.relation == Case.Relation.REVOKE and kind not in EX_OFFICIO
    if foreign or case.state not in MOVES[kind].from_states:
        raise MoveNotPossible(state=State(case.state).label, kind=kind.label)


class ClockWrong(OneDoorError):
    code, http_status, message = (
        "cases.clock_wrong",
        409,
        "服务器的时钟不对：现在是 {now}，比本件上一次办理（{last}）还早。没有办理，您填的都在。请联系系统管理员校准后再提交。",
    )


def _moment(case: Case, at: datetime) -> datetime:
    """
    Return the moment of the next action of a case: never before its last one.

    Between two servers a few seconds are no fault; then the action is dated like the last one.

    :raises ClockWrong: time would go backwards by more.
    """
    if case.last_at is None or at >= case.last_at:
        return at
    if case.last_at - at > SKEW:
        now, last = (f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" for moment in (at, case.last_at))
        raise ClockWrong(now=now, last=last)
    return case.last_at


def append(
    case: Case,
    kind: Kind,
    *,
    actor: Actor,
    at: datetime,
    to: State | None = None,
    step: str = "",
    note: str = "",
    facts: dict[str, Any] | None = None,
) -> Action:
    """
    Append one action to a locked case, move its state and tell the listeners.

    `facts` holds ids, codes, dates and hashes; words about people belong into `note`, which is stored encrypted apart.

    :raises MoveNotPossible: this action cannot happen in the present state.
    :raises ClockWrong: it would be dated before the last one.
    :raises OwnCase, RelativeHandles: the officer has to stand back from this case.
    """
    at = _moment(case, at)
    if kind not in bias.IMPARTIAL:
        bias.require_unbiased(case, actor)
    first = kind in FIRST
    if not first:
        check_move(case, kind)
    target = FIRST[kind] if first else (to or MOVES[kind].to or State(case.state))
    content = dict(facts or {})
    if actor.identity_check is not None:  # done at the window for somebody whose document the officer has looked at
        content["identity_check"] = actor.identity_check
    if note:
        content["note_digest"] = note_digest(note)
    action = Action(
        case=case,
        seq=case.last_seq + 1,
        kind=kind,
        step=step,
        from_state="" if first else case.state,
        to_state=target,
        actor_kind=actor.kind,
        actor_name=actor.name,
        login_id=actor.login_id,
        person_id=actor.person_id,
        post_id=actor.post_id,
        organization_id=actor.organization_id,
        organization_name=actor.organization_name,
        role=actor.role,
        channel=actor.channel,
        at=at,
        facts=content,
        previous_hash=case.last_hash,
    )
    action.hash = action_hash(action)
    action.save()
    if note:
        ActionNote.objects.create(action=action, text=note)
    case.state, case.last_seq, case.last_hash, case.last_at = target, action.seq, action.hash, at
    _set_moments(case, action)
    case.save(update_fields=READING)
    outbox.publish(
        f"cases.{kind}", key=f"case:{case.pk}", case_id=case.pk, action_id=action.pk, seq=action.seq, step=step
    )
    return action


def _set_moments(case: Case, action: Action) -> None:
    kind, at = Kind(action.kind), action.at
    if kind == Kind.HAND_IN:
        # Received is what was submitted when it was submitted: the minutes in which it could be undone cost no day.
        moment = action.facts.get("received_at")
        case.received_at = datetime.fromisoformat(moment) if moment else at
    elif kind == Kind.PROPOSE_REVOCATION:
        case.received_at = case.accepted_at = at
    elif kind in (Kind.ACCEPT, Kind.DEEM_ACCEPTED):
        # Deemed acceptance counts from the day of receipt, so the moment is a fact of the action, not its time.
        # A fact taken away since then breaks the chain of hashes, which `fold` reports; it must not break the reading.
        moment = action.facts.get("accepted_at")
        case.accepted_at = datetime.fromisoformat(moment) if moment else None
    elif kind == Kind.ASK_SUPPLEMENT:
        case.supplement_round += 1
    elif kind in (Kind.GRANT, Kind.GRANT_BY_SILENCE, Kind.DENY):
        case.decided_at = at
        case.result = "denied" if kind == Kind.DENY else "granted"
    elif kind == Kind.REVOKE:
        case.decided_at, case.result = at, "revoked"
    if case.is_ended and action.from_state not in TERMINAL:  # what is noted on an ended case does not end it again
        case.completed_at = at


def action_hash(action: Action) -> str:
    """Return SM3 over the action's content and the hash of the action before it (R-CASE-7)."""
    content = {
        field.attname: getattr(action, field.attname)
        for field in Action._meta.concrete_fields
        if field.attname not in ("id", "hash", "at")
    }
    content["at"] = round(action.at.timestamp() * 1_000_000)
    return sm3(canonical_json(content)).hex()


def note_digest(note: str) -> str:
    """Return what an action holds of the words beside it; keyed, so that nobody guesses a short opinion by it."""
    return NOTE_KEYED + keyed_hash(note, purpose="cases.note")


def _note_holds(action: Action) -> bool:
    """Tell whether the words beside an action are those it was written with."""
    told = action.facts.get("note_digest")
    note = getattr(action, "note", None)
    if told is None or note is None:
        return told is None and note is None
    before_keys = sm3(note.text.encode()).hex()  # how it was taken before it was keyed
    return bool(told == (note_digest(note.text) if told.startswith(NOTE_KEYED) else before_keys))


def history_holds(case: Case) -> bool:
    """Tell whether a case is what its actions say, and they and the words beside them are as they were written."""
    told = fold(Action.objects.filter(case=case).select_related("note").order_by("seq"))
    return bool(told.pop("chain")) and all(getattr(case, name) == value for name, value in told.items())


def fold(actions: Iterable[Action]) -> dict[str, Any]:
    """
    Read the state of a case from its actions alone, in order; `chain` says whether their hashes hang together and the
    words beside them are those they were written with.
    """
    state: dict[str, Any] = {"state": "", "result": "", "supplement_round": 0, "last_seq": 0, "last_hash": GENESIS}
    state |= {
        "last_at": None,
        "received_at": None,
        "accepted_at": None,
        "decided_at": None,
        "completed_at": None,
        "chain": True,
    }
    for action in actions:
        state["chain"] = (
            state["chain"]
            and action.previous_hash == state["last_hash"]
            and action.hash == action_hash(action)
            and action.seq == state["last_seq"] + 1
            and _note_holds(action)
        )
        state |= {"state": action.to_state, "last_seq": action.seq, "last_hash": action.hash, "last_at": action.at}
        reading = Case(state=action.to_state, supplement_round=0)
        _set_moments(reading, action)
        state["supplement_round"] += reading.supplement_round
        state["result"] = reading.result or state["result"]
        for moment in ("received_at", "accepted_at", "decided_at", "completed_at"):
            state[moment] = getattr(reading, moment) or state[moment]
    return state
