"""我的: what is to be done, messages, delegations, signatures, consents, who looked, who used my data, my certificates, log-ins."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from onedoor.api.benefits import PaymentOut, payment_row
from onedoor.api.cases import CaseOut, row
from onedoor.api.doors import caller, looked_for, person, somebody, who
from onedoor.api.drafts import DraftOut, draft_row
from onedoor.api.public import Done
from onedoor.api.rooms import PDF, Room, pdf
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, page, whole
from onedoor.platform.cases import operations as case_operations
from onedoor.platform.cases import queries as cases
from onedoor.platform.certificates import faces, statements
from onedoor.platform.certificates import operations as certifying
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.certificates.queries import Certificate
from onedoor.platform.exchange import operations as exchange_operations
from onedoor.platform.exchange import queries as exchange
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import proofs
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.messages import operations as message_operations
from onedoor.platform.messages import queries as messages
from onedoor.platform.registers import entitlements

room = Room("me")
LOOKS, USES = 50, 30  # rows of a page


class MessageOut(Told):
    """一条消息。A message of the inbox."""

    id: UUID
    text: str
    link: str
    case_number: str
    created_at: datetime
    read_at: datetime | None


class DelegationOut(Told):
    """一份委托。A delegation."""

    id: int
    name: str
    given: bool
    items: list[str]
    scopes: list[str]
    state: str
    valid_from: date
    valid_to: date
    max_uses: int | None
    uses: int


class DelegationIn(Told):
    """请求谁委托我办哪些事。Whom to ask for a delegation, for which items and acts, until when."""

    name: Line
    id_number: Line
    items: list[Line] = []
    scopes: list[Line]
    valid_to: Day
    max_uses: Id | None = None


class GuardianshipOut(Told):
    """监护关系。A guardianship in force."""

    id: int
    name: str
    as_guardian: bool
    basis: str
    valid_to: date | None


class SignatureOut(Told):
    """等我签署的授权。A consent somebody else's application asks of me."""

    id: int
    item: str
    applicant: str
    title: str
    text: str


class ConsentGivenOut(Told):
    """我给出的授权和使用记录。A consent I gave, and what it was used for."""

    id: int
    is_own: bool
    purpose: str
    sources: list[str]
    signed_at: datetime
    valid_until: datetime
    revoked_at: datetime | None
    alive: bool
    uses: list[str]


class LookOut(Told):
    """谁因为什么看了我的什么。Which organ looked at what about me, and why."""

    id: int
    at: datetime
    organ: str
    duty: str
    what: str
    fields: list[str]
    purpose: str
    item: str
    case_number: str


class UseOfMineOut(Told):
    """我的数据的一次使用。One use of my data outside the office that holds it."""

    receipt: str
    at: datetime
    organization: str
    duty: str
    department: str
    title: str
    purpose: str
    legal_basis: str
    fields: list[str]
    state: str
    as_of: date | None
    digest: str
    item: str
    case_number: str


class DataObjectionIn(Told):
    """异议的类型（wrong 有误，improper 不应使用）和说明。What is objected to: wrong or improper, and why."""

    kind: Line
    text: Text


class DataObjectionOut(Told):
    """对一次数据使用的异议和答复。An objection to a use of data, with its answer."""

    id: int
    receipt: UUID
    kind: str
    text: str
    state: str
    raised_at: datetime
    due_on: date
    answer: str
    answered_at: datetime | None


class KeptOut(Told):
    """依法留存的办件。A case the law keeps."""

    case_number: str
    title: str
    basis: str
    can_be_restricted: bool
    restricted_at: datetime | None


class DataRequestOut(Told):
    """我关于个人信息的请求。What I asked about my data."""

    id: int
    kind: str
    state: str
    received_at: datetime
    answered_at: datetime | None
    restricted_at: datetime | None
    may_restrict: bool
    deleted_drafts: int
    kept: list[KeptOut]


class SessionOut(Told):
    """一次登录。A log-in on a device."""

    id: int
    device: str
    address: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    ended_how: str
    here: bool


class OwnCertificateOut(Told):
    """我的一张证照。A certificate of mine."""

    identifier: str
    title: str
    number: str
    holders: list[str]
    issuer_name: str
    issued_on: date
    last_valid_on: date | None
    status: str
    word: str
    in_force: bool


class ShowCodeOut(Told):
    """亮证码，一分钟内看一次。A code that shows a certificate once within a minute."""

    id: int
    code: str
    purpose: str
    fields: list[str]
    expires_at: datetime
    seen_at: datetime | None


class OwnCertificateWholeOut(Told):
    """证照全貌和出示记录。The whole certificate, what may be shown of it, who has seen it."""

    identifier: str
    title: str
    number: str
    word: str
    in_force: bool
    face: dict[str, Any]
    lines: list[list[str]]
    shown: list[ShowCodeOut]


class ShowIn(Told):
    """出示用途和出示哪些项目。What the certificate is shown for, and which lines."""

    purpose: Line
    fields: list[Line] = []


class ProofIn(Told):
    """再验证一次身份：密码或短信验证码，填一个。One more proof: the password, or the one-time code."""

    password: Line = ""
    code: Line = ""


class ProofOut(Told):
    """现在的实名等级，两种验证到什么时候有效。The real-name level now, and until when two proofs count."""

    assurance: int
    good_until: datetime | None


class MeOut(Told):
    """我的首页：要办的、办件、草稿、消息数、证照数。What is to be done now, and how much there is of everything."""

    to_do: list[CaseOut]
    cases: list[CaseOut]
    drafts: list[DraftOut]
    unread: int
    certificates: int
    signatures: int
    waiting_delegations: int
    assurance: int


@room.read("/me", person, "我的首页", MeOut)
def me(request: HttpRequest) -> dict[str, Any]:
    """Read what one has to do now, and how much there is of everything."""
    actor = caller(request)
    mine = cases.my_cases(actor=actor, on=clock.today())
    return {
        "to_do": [row(one) for one in mine if one.state == "supplement_wait"],
        "cases": [row(one) for one in mine],
        "drafts": [draft_row(one) for one in cases.my_drafts(**who(request))],
        "unread": messages.unread_count(actor=actor),
        "certificates": len(certificates.list_own_certificates(**who(request))),
        "signatures": len(cases.signatures_asked(**who(request))),
        "waiting_delegations": len(identity.delegations_to_confirm(actor=actor, on=clock.today())),
        "assurance": actor.assurance,
    }


class EntitlementOut(Told):
    """享受的一项待遇。What one receives, and when it is looked at again."""

    title: str
    monthly: str | None
    for_whom: str
    since: date
    until: date | None
    review_on: date | None
    payments: list[PaymentOut]


@room.read("/me/benefits", person, "我享受的待遇", Page[EntitlementOut])
def my_benefits(request: HttpRequest, person: Id = 0) -> dict[str, Any]:
    """List what one receives, or a person one acts for, from every service, with payments and the next review."""
    names = ("title", "for_whom", "since", "until", "review_on")
    return whole(
        entitlements.own_entitlements(actor=caller(request), on=clock.today(), person_id=looked_for(request, person)),
        lambda one: (
            {name: getattr(one, name) for name in names}
            | {
                "monthly": None if one.monthly is None else str(one.monthly),
                "payments": [payment_row(payment) for payment in one.payments],
            }
        ),
    )


@room.read("/me/messages", person, "我的消息", Page[MessageOut])
def inbox(request: HttpRequest, before: UUID | None = None) -> dict[str, Any]:
    """List one's messages, newest first; `before` is the last one of the page before."""
    found = messages.inbox(actor=caller(request), before=before)
    return page(found, size=messages.PAGE, cursor=lambda row: row.pk, out=lambda row: row)


@room.write("/me/messages/{uuid:message_id}/reading", person, "标为已读", Done)
def read_message(request: HttpRequest, message_id: UUID) -> dict[str, Any]:
    """Note that a message has been read."""
    message_operations.mark_read(message_id=message_id, **who(request))
    return {"done": True}


@room.read("/me/delegations", person, "我的委托", Page[DelegationOut])
def my_delegations(request: HttpRequest) -> dict[str, Any]:
    """List the delegations one has given or is asked for, and those one has received."""
    actor, on = caller(request), clock.today()
    given = [_delegation(one, one.agent.name, True) for one in identity.delegations_given(actor=actor, on=on)]
    received = identity.delegations_received(actor=actor, on=on)
    return whole([*given, *(_delegation(one, one.principal.name, False) for one in received)])


def _delegation(one: Any, name: str, given: bool) -> dict[str, Any]:
    names = ("items", "scopes", "state", "valid_from", "valid_to", "max_uses", "uses")
    return {"id": one.pk, "name": name, "given": given} | {field: getattr(one, field) for field in names}


@room.write("/me/delegations", person, "请求委托", DelegationOut)
def ask_delegation(request: HttpRequest, sent: DelegationIn) -> DelegationOut:
    """Ask somebody to delegate to oneself; they confirm it themselves."""
    made = identity_operations.ask_delegation(
        principal_name=sent.name,
        principal_id_number=sent.id_number,
        **sent.dict(exclude={"name", "id_number", "max_uses"}),
        max_uses=sent.max_uses or None,
        **who(request),
    )
    return DelegationOut(**_delegation(made, sent.name, False))


@room.write("/me/delegations/{delegation_id}/confirmation", person, "确认委托", Done)
def confirm_delegation(request: HttpRequest, delegation_id: Id) -> dict[str, Any]:
    """Confirm, as the principal, a delegation somebody asks for."""
    identity_operations.confirm_delegation(delegation_id=delegation_id, **who(request))
    return {"done": True}


@room.write("/me/delegations/{delegation_id}/revocation", person, "撤销委托", Done)
def revoke_delegation(request: HttpRequest, delegation_id: Id) -> dict[str, Any]:
    """Revoke a delegation, as either side of it."""
    identity_operations.revoke_delegation(delegation_id=delegation_id, **who(request))
    return {"done": True}


@room.read("/me/guardianships", person, "我的监护关系", Page[GuardianshipOut])
def my_guardianships(request: HttpRequest) -> dict[str, Any]:
    """List the guardianships in force in which one is guardian or ward."""
    actor, on = caller(request), clock.today()
    wards = [_guardianship(one, one.ward.name, True) for one in identity.wards_of(actor=actor, on=on)]
    guardians = identity.guardians_of(actor=actor, on=on)
    return whole([*wards, *(_guardianship(one, one.guardian.name, False) for one in guardians)])


def _guardianship(one: Any, name: str, as_guardian: bool) -> dict[str, Any]:
    told = {"id": one.pk, "basis": one.basis, "valid_to": one.valid_to}
    return {"name": name, "as_guardian": as_guardian} | told


@room.read("/me/signatures", person, "等我签署的授权", Page[SignatureOut])
def wanted_signatures(request: HttpRequest) -> dict[str, Any]:
    """List the consents other people's applications ask of one."""
    return whole(cases.signatures_asked(**who(request)), _signature)


def _signature(one: Any) -> dict[str, Any]:
    told = {"title": one.request.title, "text": one.request.text}
    return {"id": one.id, "item": one.item, "applicant": one.applicant} | told


@room.write("/me/signatures/{wanted_id}", person, "签署他人申请所需的授权", Done)
def sign_own(request: HttpRequest, wanted_id: Id) -> dict[str, Any]:
    """Sign a consent somebody else's application asks of one."""
    case_operations.sign_own_consent(wanted_id=wanted_id, **who(request))
    return {"done": True}


@room.read("/me/consents", person, "我给出的授权", Page[ConsentGivenOut])
def my_consents(request: HttpRequest) -> dict[str, Any]:
    """List what one has allowed to be asked about oneself and one's wards, with the receipts of its use."""
    actor = caller(request)
    given = identity.consents_given(actor=actor, on=clock.today())
    uses = exchange.uses_under_consents(consent_ids=[one.pk for one in given], actor=actor)
    names = ("purpose", "signed_at", "valid_until", "revoked_at")
    return whole(
        given,
        lambda one: (
            {
                "id": one.pk,
                "is_own": one.person_id == actor.person_id,
                "sources": list(exchange.department_names(one.sources)),
                "alive": one.is_alive(clock.now()),
                "uses": [use.receipt for use in uses.get(one.pk, [])],
            }
            | {name: getattr(one, name) for name in names}
        ),
    )


@room.write("/me/consents/{consent_id}/withdrawal", person, "撤回授权", Done)
def withdraw_consent(request: HttpRequest, consent_id: Id) -> dict[str, Any]:
    """Withdraw a consent; nothing is asked under it from now on."""
    identity_operations.revoke_consent(consent_id=consent_id, **who(request))
    return {"done": True}


@room.read("/me/looks", person, "谁看过我的信息", Page[LookOut])
def looks(request: HttpRequest, before: Id = 0) -> dict[str, Any]:
    """List which officers looked at what about one, and why; their names are not told."""
    found = cases.looks_at_me(actor=caller(request), before=before, most=LOOKS)
    return page(found, size=LOOKS, cursor=lambda one: one.id, out=lambda one: one)


@room.read("/me/uses", person, "谁用过我的数据", Page[UseOfMineOut])
def uses(request: HttpRequest, before: UUID | None = None, person: Id = 0) -> dict[str, Any]:
    """List every use outside the office that holds them of one's data, or those of a person one acts for."""
    actor = caller(request)
    whose, on = looked_for(request, person) or actor.require_person(), clock.today()
    found = exchange.uses_about(person_id=whose, actor=actor, on=on, before=before, most=USES)
    matters = cases.matters_of(businesses={one.business for one in found}, actor=actor)
    return page(found, size=USES, cursor=lambda one: one.receipt, out=lambda one: _use(one, matters))


def _use(one: Any, matters: Any) -> dict[str, Any]:
    matter = matters.get(one.business)
    told = {name: getattr(one, name) for name in UseOfMineOut.model_fields if hasattr(one, name)}
    return told | {"item": matter.item if matter else "", "case_number": matter.number if matter else ""}


@room.read("/me/uses/{uuid:receipt}", person, "一次使用的回执", UseOfMineOut)
def use(request: HttpRequest, receipt: UUID, person: Id = 0) -> dict[str, Any]:
    """Read one use of one's data, or those of a person one acts for, as a receipt."""
    actor = caller(request)
    found = exchange.own_use(receipt=receipt, actor=actor, on=clock.today(), person_id=looked_for(request, person))
    return _use(found, cases.matters_of(businesses={found.business}, actor=actor))


@room.read("/me/uses/{uuid:receipt}/objections", person, "我对这次使用的异议", Page[DataObjectionOut])
def use_objections(request: HttpRequest, receipt: UUID, person: Id = 0) -> dict[str, Any]:
    """List the objections to a use of one's data, or those of a person one acts for, with their answers."""
    found = exchange.own_objections(
        receipt=receipt, actor=caller(request), on=clock.today(), person_id=looked_for(request, person)
    )
    return whole(found)


@room.write("/me/uses/{uuid:receipt}/objections", person, "对数据或其使用提出异议", DataObjectionOut)
def object_to_use(request: HttpRequest, receipt: UUID, sent: DataObjectionIn, person: Id = 0) -> DataObjectionOut:
    """Object to a use of one's data, or for a person one acts for: they are wrong, or should not have been used."""
    exchange.own_use(receipt=receipt, actor=caller(request), on=clock.today(), person_id=person or None)
    made = exchange_operations.object_to_use(receipt=receipt, person_id=person or None, **sent.dict(), **who(request))
    return DataObjectionOut.from_orm(made)


@room.read("/me/data-requests", person, "我的个人信息请求", Page[DataRequestOut])
def data_requests(request: HttpRequest) -> dict[str, Any]:
    """List what one has asked about one's own data, with the cases the law keeps."""
    return whole(cases.subject_requests(actor=caller(request)), _data_request)


def _data_request(one: Any) -> dict[str, Any]:
    names = ("kind", "state", "received_at", "answered_at", "restricted_at", "may_restrict", "deleted_drafts")
    kept = [
        {
            "case_number": kept.case.number,
            "title": kept.case.item_version.title,
            **{name: getattr(kept, name) for name in ("basis", "can_be_restricted", "restricted_at")},
        }
        for kept in one.kept.all()
    ]
    return {"id": one.pk, "kept": kept} | {name: getattr(one, name) for name in names}


@room.write("/me/data-requests", person, "请求删除我的信息", DataRequestOut)
def ask_deletion(request: HttpRequest) -> DataRequestOut:
    """Ask for the deletion of what is held about oneself; what the law keeps is named with its ground."""
    return DataRequestOut(**_data_request(case_operations.ask_deletion(**who(request))))


@room.write("/me/data-requests/{asked_id}/restriction", person, "限制处理留存的信息", DataRequestOut)
def restrict(request: HttpRequest, asked_id: Id) -> DataRequestOut:
    """Restrict what the law keeps to being stored."""
    return DataRequestOut(**_data_request(case_operations.restrict_processing(request_id=asked_id, **who(request))))


@room.read("/me/sessions", somebody, "我的登录设备", Page[SessionOut])
def my_sessions(request: HttpRequest) -> dict[str, Any]:
    """List where one is logged in, and the latest log-ins that have ended."""
    actor, here = caller(request), str(request.session.session_key)
    rows = [*identity.open_sessions(actor=actor), *identity.recent_sessions(actor=actor)]
    names = ("device", "address", "started_at", "seen_at", "ended_at", "ended_how")
    return whole(
        rows,
        lambda one: {"id": one.pk, "here": one.session_key == here} | {name: getattr(one, name) for name in names},
    )


@room.remove("/me/sessions/{session_id}", somebody, "退出一台设备", Done)
def end_session(request: HttpRequest, session_id: Id) -> dict[str, Any]:
    """End one's log-in on another device."""
    identity_operations.end_session(session_id=session_id, actor=caller(request), at=clock.wall())
    return {"done": True}


@room.remove("/me/sessions", somebody, "退出其他所有设备", Done)
def end_other_sessions(request: HttpRequest) -> dict[str, Any]:
    """End all one's log-ins but this one."""
    keep = str(request.session.session_key)
    identity_operations.end_other_sessions(keep=keep, actor=caller(request), at=clock.wall())
    return {"done": True}


@room.ask(
    "/me/second-proof/codes",
    person,
    "发第二次验证的验证码",
    Done,
    why="a code goes out once a minute, a repetition sends none",
)
def send_proof_code(request: HttpRequest) -> dict[str, Any]:
    """Send a one-time code to the phone of one's own account."""
    phone = str(getattr(request.user, "phone", ""))
    message_operations.send_login_code(phone=phone, at=clock.now(), wall=clock.wall())
    return {"done": True}


@room.ask("/me/second-proof", person, "再验证一次身份", ProofOut, why="each try counts, and a code is good once")
def prove_again(request: HttpRequest, sent: ProofIn) -> dict[str, Any]:
    """Give this session one more proof, the password or a one-time code: with two it has its person's full level."""
    now = clock.wall()
    account = proofs.prove_again(request, actor=caller(request), at=clock.now(), wall=now, **sent.dict())
    actor = identity.actor_for(
        login=account,
        post_id=None,
        channel="web",
        address="",
        factors=proofs.factors_of(request.session, wall=now),
        on=clock.today(),
    )
    return {"assurance": actor.assurance, "good_until": proofs.good_until(request.session, wall=now)}


@room.read("/me/certificates", person, "我的证照", Page[OwnCertificateOut])
def my_certificates(request: HttpRequest) -> dict[str, Any]:
    """List one's certificates, newest first, ended ones included."""
    return whole(certificates.list_own_certificates(**who(request)))


def _own(request: HttpRequest, identifier: str) -> Certificate:
    return certificates.get_visible_certificate(identifier=identifier, **who(request))


@room.read("/me/certificates/{identifier}", person, "我的一张证照", OwnCertificateWholeOut)
def my_certificate(request: HttpRequest, identifier: Line) -> dict[str, Any]:
    """Read one of one's certificates with what may be shown of it and who has seen it."""
    found = _own(request, identifier)
    standing = certificates.standing_of(found, at=clock.now())
    return {
        **{name: getattr(found, name) for name in ("identifier", "title", "number")},
        "word": standing.word,
        "in_force": standing.in_force,
        "face": faces.face_data(found, viewer=caller(request).person_id),
        "lines": [list(line) for line in certificates.editable_lines(found)],
        "shown": certificates.show_log(certificate_id=found.pk, actor=caller(request)),
    }


@room.read("/me/certificates/{identifier}/file", person, "证照文件", PDF)
def my_certificate_file(request: HttpRequest, identifier: Line) -> HttpResponse:
    """Draw one's certificate as a signed PDF."""
    return pdf(faces.face_pdf(_own(request, identifier), viewer=caller(request).person_id))


@room.read("/me/certificates/{identifier}/credential", person, "可验证凭证", dict[str, Any])
def my_credential(request: HttpRequest, identifier: Line) -> dict[str, Any]:
    """Take one's certificate along as a signed W3C credential."""
    return statements.credential(_own(request, identifier), viewer=caller(request).person_id)


@room.write("/me/certificates/{identifier}/show-codes", person, "出示证照", ShowCodeOut)
def make_show_code(request: HttpRequest, identifier: Line, sent: ShowIn) -> ShowCodeOut:
    """Make a code that shows chosen lines of the certificate once within a minute."""
    made = certifying.make_show_code(certificate_id=_own(request, identifier).pk, **sent.dict(), **who(request))
    return ShowCodeOut.from_orm(made)


@room.read("/me/show-codes/{show_id}", person, "我的亮证码", ShowCodeOut)
def my_show_code(request: HttpRequest, show_id: Id) -> Any:
    """Read a code one has made, and whether it has been used."""
    return certificates.own_show_code(show_id=show_id, actor=caller(request))
