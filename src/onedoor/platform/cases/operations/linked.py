"""Cases that follow a case: correct, change, reissue, cancel what it granted; send it up to a superior."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, addresses, clocks, documents, grounds, handlers, life, steps
from onedoor.platform.cases.models import (
    AnswerSources,
    Case,
    CaseAnswers,
    CaseDocument,
    CasePerson,
    Clock,
    Conflict,
    Draft,
    Explanation,
    Material,
    RelatedStaffDeclaration,
)
from onedoor.platform.cases.operations.conflicts import UNSETTLED
from onedoor.platform.cases.operations.drafts import start_draft
from onedoor.platform.cases.operations.submission import give_receipt, new_number, use_certificates
from onedoor.platform.cases.operations.tolerance import hand_on
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError


class NotLinkable(OneDoorError):
    code, http_status, message = (
        "cases.not_linkable",
        409,
        "这件办件现在不能{relation}：只有已经准予并办结、且事项开通了这项服务的才可以。请到窗口咨询。",
    )


class NoSuperior(OneDoorError):
    code, http_status, message = "cases.no_superior", 409, "没有找到可以转报的上级机关，请联系系统管理员核对机构设置。"


def relations_offered(case: Case) -> list[Case.Relation]:
    """Return what the applicant may ask for after this case: whatever its service has registered, once it is granted."""
    if case.state != State.COMPLETED or case.result != "granted":
        return []
    return [Case.Relation(name) for name in handlers.for_item(case.item_code).linked_items]


@transaction.atomic
def start_linked(*, case_id: int, relation: str, actor: Actor, at: datetime) -> Draft:
    """
    Begin an application that corrects, changes, reissues or cancels what this case granted, prefilled from it.

    :raises NotLinkable: the case granted nothing, or its service does not offer this.
    """
    case = life.lock(case_id)
    access.require_applicant_act(case, actor=actor, on=day_of(at))
    if relation not in relations_offered(case):
        named = Case.Relation(relation).label if relation in Case.Relation.values else "这样办理"
        raise NotLinkable(relation=named)
    item_code = handlers.for_item(case.item_code).linked_items[relation]
    draft = start_draft(
        item_code=item_code, applicant_id=case.applicant_id, actor=actor, at=at, changes=case, relation=relation
    )
    fields = {field.code: field for field in draft.item_version.item.form.all_fields()}
    for code, value in case.declared.content.items():
        # What somebody promised then has to be promised anew.
        if code in fields and fields[code].type != "statement":
            draft.answers.setdefault(code, value)
    draft.revision, draft.saved_at = draft.revision + 1, at
    draft.save(update_fields=["answers", "revision", "saved_at"])
    audit.record("cases.start_linked", actor=actor, at=at, target=case.target, draft=str(draft.pk), relation=relation)
    return draft


@transaction.atomic
def transfer_case(*, case_id: int, reason: str, basis: str, actor: Actor, at: datetime) -> Case:
    """
    Send a case up whose decision belongs to a superior organ 转报: it ends here, a case of its own begins there with
    everything declared and handed in. Returns the new case.

    :raises NoSuperior: no organ stands above the one that decides now.
    :raises InvalidInput: reason or basis is missing.
    """
    case = life.lock(case_id)
    actor.require("cases.review", division=case.handled_in, line=case.line)
    life.check_move(case, Kind.TRANSFER)
    grounds.check_reason(reason, basis)
    superior = case.deciding_organization.parent
    if superior is None:
        raise NoSuperior
    steps.end_all(case, outcome="transferred", performers=[actor], at=at)
    child = _copy_for(case, superior, actor=actor, at=at)
    letter = documents.Letter(
        paragraphs=[
            f"您申请办理的“{case.item_version.title}”依法应由{superior.name}决定，现予转报。",
            f"理由：{reason.strip()}",
        ],
        rows=[("新的办件编号", child.number), ("查询码", child.query_code)],
        points=[f"依据：{basis.strip()}", "您不用重新申请，已交的材料和填写的内容一并转报。"],
    )
    organ = case.receiving_organization
    document = documents.issue(case, CaseDocument.Kind.TRANSFER, letter, organization=organ, at=at)
    facts = {"document": document.number, "linked": child.number, "relation": Case.Relation.TRANSFER, "basis": basis}
    life.append(case, Kind.TRANSFER, actor=actor, at=at, note=reason.strip(), facts=facts)
    audit.record("cases.transfer", actor=actor, at=at, target=case.target, division=case.division, child=child.pk)
    return child


def _bring_along(case: Case, child: Case) -> None:
    """Copy what has been said about the answers: where they come from, who has to stand back, what is still open."""
    for sources in AnswerSources.objects.filter(case=case):
        AnswerSources.objects.create(case=child, content=sources.content)
    for filed in case.relatives.all():
        filed.pk, filed.case = None, child
        RelatedStaffDeclaration.objects.bulk_create([filed])
    for conflict in case.conflicts.filter(state__in=UNSETTLED).prefetch_related("explanations"):
        said = list(conflict.explanations.all())
        conflict.pk, conflict.case = None, child
        Conflict.objects.bulk_create([conflict])
        Explanation.objects.bulk_create(
            Explanation(conflict=conflict, text=one.text, at=one.at, person_id=one.person_id) for one in said
        )


def _copy_for(case: Case, superior: Organization, *, actor: Actor, at: datetime) -> Case:
    """Create the case of the superior organ: received at once, with a receiving limit of its own."""
    number, query_code = new_number(case.item_version.item, superior, at=at)
    child = Case.objects.create(
        number=number,
        query_code=query_code,
        item_version=case.item_version,
        item_code=case.item_code,
        line=case.line,
        division=case.division,
        receiving_organization=superior,
        deciding_organization=superior,
        applicant=case.applicant,
        agent_id=case.agent_id,
        delegation_id=case.delegation_id,
        relation=Case.Relation.TRANSFER,
        continues=case,
        delivery=case.delivery,
        channel=case.channel,
        state=State.SUBMITTED,
        submitted_at=at,
        undo_until=at,
    )
    CaseAnswers.objects.create(case=child, content=case.declared.content, digest=case.declared.digest)
    addresses.bring_along(case, child)
    CasePerson.objects.bulk_create(
        CasePerson(case=child, person_id=row.person_id, role=row.role, row=row.row) for row in case.people.all()
    )
    _bring_along(case, child)
    papers = list(case.materials.order_by("id"))
    for paper in papers:
        paper.pk, paper.draft, paper.case, paper.round = None, None, child, 0
        paper._state.adding = True
        Material.save(paper)
    use_certificates(child, papers, actor=actor, at=at)
    hand_on(case, child)
    case.commitments.update(case=child)
    receipt = give_receipt(child, papers, at)
    facts = {"receipt": receipt.number, "linked": case.number, "relation": Case.Relation.TRANSFER}
    life.append(child, Kind.SUBMIT, actor=actor, at=at, facts=facts)
    life.append(child, Kind.HAND_IN, actor=actor, at=at)
    clocks.start(child, Clock.Kind.RECEIVE, child.item_version.item.limits.receive, at=at)
    steps.open_accept(child, at=at)
    clocks.set_urgency(child)
    return child
