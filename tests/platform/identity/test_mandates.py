"""Acting for another (A24), consents with a purpose, and an officer's reach over the tree of divisions."""

import itertools
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform import library
from tests.platform.library import CHINA, FRIEND, ITEM, LONG_AGO, MACHINE, READER, TOWN, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.completeness import ConsentsMissing
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.cases.operations.drafts import NotDelegable
from onedoor.platform.cases.queries import get_visible_case, my_cases
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries
from onedoor.platform.identity.models import Consent, Delegation, Division, Person
from onedoor.platform.identity.operations import DelegationNotFound, RolesNotTogether
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, OneDoorError
from onedoor.platform.messages.models import Message

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def ask(books: Library, *, at: datetime = AT, **changes: Any) -> Delegation:
    """The friend asks to act for the reader."""
    usual: dict[str, Any] = {
        "principal_name": READER.name,
        "principal_id_number": READER.id_number,
        "items": [ITEM],
        "scopes": ["view", "submit"],
        "valid_to": date(2026, 12, 31),
    }
    return identity.ask_delegation(actor=books.citizen(books.friend), at=at, **usual | changes)


def delegated(books: Library, *, at: datetime = AT, **changes: Any) -> Delegation:
    delegation = ask(books, at=at, **changes)
    return identity.confirm_delegation(delegation_id=delegation.pk, actor=books.citizen(), at=at)


def friends_draft(books: Library, at: datetime = AT) -> Draft:
    """A draft of the reader that the friend has filled in whole."""
    friend = books.citizen(books.friend)
    draft = operations.start_draft(item_code=ITEM, applicant_id=books.reader.pk, actor=friend, at=at)
    draft = books.fill(draft, {"name": READER.name, "id_number": READER.id_number, "student": "no"}, at)
    books.attach(draft.pk, "photo", at)
    return Draft.objects.get(pk=draft.pk)


def hand_over(books: Library, draft: Draft, at: datetime) -> Case:
    return operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(books.friend), at=at)


def test_a_submission_that_was_undone_uses_nothing_up(books: Library) -> None:
    delegation = delegated(books, max_uses=1)
    draft = friends_draft(books)
    case = hand_over(books, draft, AT)
    friend = books.citizen(books.friend)
    operations.undo_submission(case_id=case.pk, actor=friend, at=AT + timedelta(minutes=1))
    draft.refresh_from_db()
    hand_over(books, draft, AT + timedelta(minutes=2))
    delegation.refresh_from_db()
    assert delegation.uses == 1


def test_an_agent_whose_delegation_was_withdrawn_sees_the_case_no_more(books: Library) -> None:
    delegation = delegated(books)
    case = hand_over(books, friends_draft(books), AT)
    friend = books.citizen(books.friend)
    assert get_visible_case(number=case.number, actor=friend, at=AT, on=AT.date()) == case
    assert my_cases(actor=friend, on=AT.date()) == [case]
    identity.revoke_delegation(delegation_id=delegation.pk, actor=books.citizen(), at=AT)
    with pytest.raises(OneDoorError):
        get_visible_case(number=case.number, actor=friend, at=AT, on=AT.date())
    assert my_cases(actor=friend, on=AT.date()) == []
    assert get_visible_case(number=case.number, actor=books.citizen(), at=AT, on=AT.date()) == case


def test_a_delegation_for_another_item_shows_no_cases_of_this_one(books: Library) -> None:
    delegation = delegated(books)
    hand_over(books, friends_draft(books), AT)
    identity.revoke_delegation(delegation_id=delegation.pk, actor=books.citizen(), at=AT)
    delegated(books, items=["library.reading_room"], scopes=["view"])
    assert my_cases(actor=books.citizen(books.friend), on=AT.date()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"scopes": []},
        {"scopes": ["decide"]},
        {"valid_to": date(2026, 8, 31)},
        {"valid_to": date(2030, 1, 1)},
        {"principal_id_number": "330113199005060228"},
        {"principal_name": "李四"},
        {"principal_name": FRIEND.name, "principal_id_number": FRIEND.id_number},
    ],
    ids=["no scope", "unknown scope", "past", "too long", "bad number", "other name", "oneself"],
)
def test_a_delegation_that_cannot_be_is_refused(books: Library, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        ask(books, **changes)
    assert not Delegation.objects.exists()


def test_a_wrong_name_and_an_unknown_number_look_alike(books: Library) -> None:
    told = []
    for changes in ({"principal_name": "李四"}, {"principal_id_number": "11010519491231002X"}):
        with pytest.raises(InvalidInput) as refused:
            ask(books, **changes)
        told.append(refused.value.problems)
    assert told[0] == told[1]


def test_a_revoked_delegation_cannot_be_confirmed_again(books: Library) -> None:
    delegation = ask(books)
    identity.revoke_delegation(delegation_id=delegation.pk, actor=books.citizen(), at=AT)
    identity.confirm_delegation(delegation_id=delegation.pk, actor=books.citizen(), at=AT)
    delegation.refresh_from_db()
    assert delegation.state == "revoked"


def test_nobody_else_ends_a_delegation(books: Library) -> None:
    delegation = delegated(books)
    with pytest.raises(DelegationNotFound):
        identity.revoke_delegation(delegation_id=delegation.pk, actor=books.officer("clerk"), at=AT)
    identity.revoke_delegation(delegation_id=delegation.pk, actor=books.citizen(books.friend), at=AT)  # the agent may


def test_both_are_told_at_each_turn(books: Library) -> None:
    delegation = delegated(books)
    identity.revoke_delegation(delegation_id=delegation.pk, actor=books.citizen(), at=AT)
    outbox.deliver_pending(at=AT)
    inbox = Message.objects.filter(channel="inbox").order_by("created_at", "event")
    told = {(message.event, message.recipient_id) for message in inbox}
    assert told == {
        ("identity.delegation_asked", books.reader.pk),
        ("identity.delegation_confirmed", books.friend.pk),
        ("identity.delegation_revoked", books.friend.pk),
        ("identity.delegation_revoked", books.reader.pk),
    }


def test_an_agent_whose_delegation_is_over_is_told_nothing_more(books: Library) -> None:
    delegation = delegated(books)
    case = hand_over(books, friends_draft(books), AT)
    operations.hand_in_case(case_id=case.pk, actor=books.citizen(books.friend), at=AT)
    outbox.deliver_pending(at=AT)
    identity.revoke_delegation(delegation_id=delegation.pk, actor=books.citizen(), at=AT)
    operations.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=AT)
    outbox.deliver_pending(at=AT)

    def told(person: Person) -> set[str]:
        about = Message.objects.filter(channel="inbox", recipient=person, event__startswith="cases.")
        return set(about.values_list("event", flat=True))

    assert told(books.friend) == {"cases.submit", "cases.hand_in"}
    assert told(books.reader) == {"cases.submit", "cases.hand_in", "cases.accept"}


def test_what_must_be_done_in_person_is_not_delegable(books: Library) -> None:
    library.publish(library.item(delegable=False), valid_from=date(2026, 8, 1))
    delegated(books)
    with pytest.raises(NotDelegable):
        friends_draft(books)


CONSENT = {
    "code": "check",
    "title": "核对授权书",
    "by": "applicant",
    "purpose": "library.check",
    "sources": ["police.household"],
    "months": 12,
    "text": "我授权图书馆查询我的户籍信息。",
}


@pytest.fixture
def with_consent(books: Library) -> Library:
    library.publish(library.item(consents=[CONSENT]), valid_from=date(2026, 8, 1))
    return books


def sign(books: Library, draft: Draft, who: Any) -> None:
    operations.sign_consent(
        draft_id=draft.pk, consent="check", id_number=READER.id_number, actor=books.citizen(who), at=AT
    )


def test_an_application_waits_for_its_consent_which_names_purpose_and_text(with_consent: Library) -> None:
    books = with_consent
    draft = books.draft(AT)
    with pytest.raises(ConsentsMissing, match="核对授权书（欧阳晓娜）"):
        operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)
    sign(books, draft, books.reader)
    sign(books, draft, books.reader)  # twice is once
    consent = Consent.objects.get()
    assert (consent.purpose, consent.method, consent.signed_by) == ("library.check", "self", books.reader)
    assert len(consent.text_digest) == 64
    assert operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)


def test_a_consent_in_other_words_is_signed_anew_and_takes_the_place_of_the_first(with_consent: Library) -> None:
    books = with_consent
    draft = books.draft(AT)
    sign(books, draft, books.reader)
    wider = CONSENT | {"sources": ["police.household", "vehicles.registration"]}
    library.publish(library.item(consents=[wider]), valid_from=date(2026, 8, 2))
    operations.carry_over(draft_id=draft.pk, actor=books.citizen(), at=AT)
    draft.refresh_from_db()
    with pytest.raises(ConsentsMissing, match="核对授权书（欧阳晓娜）"):
        operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)
    sign(books, draft, books.reader)
    first, second = Consent.objects.order_by("id")
    assert (first.revoked_at, second.revoked_at) == (AT, None)
    assert len(second.sources) == 2
    assert operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)


@pytest.mark.parametrize(("scopes", "may"), [(["view", "submit"], False), (["view", "submit", "sign"], True)])
def test_an_agent_signs_only_when_signing_was_delegated(with_consent: Library, scopes: list[str], may: bool) -> None:
    books = with_consent
    delegated(books, scopes=scopes)
    draft = friends_draft(books)
    if not may:
        with pytest.raises(OneDoorError) as refused:
            sign(books, draft, books.friend)
        assert refused.value.code == "mandate.missing"
        return
    sign(books, draft, books.friend)
    consent = Consent.objects.get()
    assert (consent.person, consent.signed_by, consent.method) == (books.reader, books.friend, "agent")


def test_a_consent_withdrawn_before_the_submission_is_missing_again(with_consent: Library) -> None:
    books = with_consent
    draft = books.draft(AT)
    sign(books, draft, books.reader)
    identity.revoke_consent(consent_id=Consent.objects.get().pk, actor=books.citizen(), at=AT)
    with pytest.raises(ConsentsMissing):
        operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)


@pytest.mark.parametrize(
    ("days", "purpose", "source", "alive"),
    [
        (1, "library.check", "police.household", True),
        (364, "library.check", "police.household", True),
        (366, "library.check", "police.household", False),
        (1, "library.marketing", "police.household", False),
        (1, "library.check", "banks.balance", False),
        (-1, "library.check", "police.household", False),
    ],
)
def test_a_consent_lives_for_its_purpose_sources_and_months(
    with_consent: Library, days: int, purpose: str, source: str, alive: bool
) -> None:
    books = with_consent
    sign(books, books.draft(AT), books.reader)
    found = queries.live_consent(
        person_id=books.reader.pk, purpose=purpose, source=source, at=AT + timedelta(days=days)
    )
    assert (found is not None) is alive


TREE = [
    ("000000000000", 1, None),
    ("110000000000", 2, "000000000000"),
    ("110100000000", 3, "110000000000"),
    ("110105000000", 4, "110100000000"),
    ("110105100000", 5, "110105000000"),
    ("110105100200", 6, "110105100000"),
    ("110105999000", 5, "110105000000"),
    ("110110000000", 4, "110100000000"),
    ("331000000000", 3, "330000000000"),
    ("331002000000", 4, "331000000000"),
    ("330000000000", 2, "000000000000"),
    ("330113000000", 4, "330000000000"),
    ("330113100000", 5, "330113000000"),
    ("330114000000", 4, "330000000000"),
    ("429000000000", 3, "420000000000"),
    ("429004000000", 4, "429000000000"),
    ("420000000000", 2, "000000000000"),
    ("441900000000", 3, "440000000000"),
    ("441900003000", 5, "441900000000"),
    ("440000000000", 2, "000000000000"),
    ("500000000000", 2, "000000000000"),
    ("500100000000", 3, "500000000000"),
    ("999000000000", 2, "000000000000"),
]


@pytest.fixture
def tree(db: None) -> dict[str, str | None]:
    """A small tree with the odd codes of the real one; returns code → superior."""
    for code, level, _ in TREE:
        Division.objects.create(code=code, name=code, full_name=code, level=level, source="测试")
    for code, _, parent in TREE:
        Division.objects.filter(code=code).update(parent_id=parent)
    return {code: parent for code, _, parent in TREE}


def above(tree: dict[str, str | None], code: str | None) -> set[str]:
    found: set[str] = set()
    while code:
        found.add(code)
        code = tree[code]
    return found


def test_a_reach_covers_what_lies_below_in_the_tree_and_nothing_beside(tree: dict[str, str | None]) -> None:
    for post in tree:
        ranges = queries.reach_of(post, on=AT.date())
        covered = {code for code in tree if any(start <= code < end for start, end in ranges)}
        assert covered == {code for code in tree if post in above(tree, code)}, post


def test_a_city_or_county_of_one_piece_is_one_range(tree: dict[str, str | None]) -> None:
    assert queries.reach_of("110105000000", on=AT.date()) == [("110105000000", "110106000000")]
    assert queries.reach_of("441900000000", on=AT.date()) == [("441900000000", "442000000000")]


def test_ranges_join_without_gaps_or_overlaps(tree: dict[str, str | None]) -> None:
    for post in tree:
        ranges = queries.reach_of(post, on=AT.date())
        assert all(start < end for start, end in ranges)
        assert all(first[1] < second[0] for first, second in itertools.pairwise(ranges))


def test_a_post_reaches_its_own_place(tree: dict[str, str | None]) -> None:
    for code in tree:
        assert any(start <= code < end for start, end in queries.reach_of(code, on=AT.date()))


def appoint(books: Library, username: str, role: str) -> None:
    from onedoor.platform.identity.models import Login

    identity.appoint_officer(
        login_id=Login.objects.get(username=username).pk,
        organization_id=books.organs[TOWN].pk,
        role=role,
        division=TOWN,
        lines=[],
        valid_from=date(2026, 9, 1),
        actor=MACHINE,
        at=LONG_AGO,
    )


@pytest.mark.parametrize(
    ("username", "role"),
    [("clerk", "auditadmin"), ("clerk", "sysadmin"), ("auditor", "intake_clerk"), ("auditor", "secadmin")],
)
def test_an_administrator_does_no_business_and_no_other_administration(
    books: Library, username: str, role: str
) -> None:
    with pytest.raises(RolesNotTogether):
        appoint(books, username, role)


def test_a_post_holds_from_its_first_day_only(books: Library) -> None:
    with pytest.raises(NotAllowed):
        books.officer("clerk", on=date(2025, 12, 31))
    assert books.officer("clerk", on=date(2026, 1, 1)).role == "intake_clerk"
