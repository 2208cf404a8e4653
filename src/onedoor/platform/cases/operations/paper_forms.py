"""Take in a form that was filled in by hand: its code says to which application the scan belongs."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access
from onedoor.platform.cases.models import Draft
from onedoor.platform.cases.operations.drafts import attach_material, start_draft
from onedoor.platform.cases.paper_forms import codes
from onedoor.platform.cases.paper_forms.codes import PaperCode
from onedoor.platform.catalog.items import PAPER_FORM
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotLoggedIn


@transaction.atomic
def take_paper_form(
    *, content: bytes, name: str, typed: str, read: PaperCode | None, actor: Actor, at: datetime
) -> Draft:
    """
    Keep the scan of a printed form with the application it belongs to: the draft it was printed from, or for a blank form the
    open draft of the item it asks for, begun if there is none. The code is `typed`, or was `read` from the scan beforehand
    (`queries.code_on_scan`).

    :raises InvalidInput: no code can be read, or the one typed is none.
    :raises DraftNotFound: the draft has been handed in or thrown away, or is not for this actor.
    :raises FileRefused: the content is no picture or PDF, or too large.
    """
    if actor.person_id is None:
        raise NotLoggedIn
    code = codes.parse(typed) if typed.strip() else read
    if code is None:
        why = "不是表格的编号，请照表格右上角重新输入。" if typed.strip() else "没有读到表格的编号，请照右上角输入。"
        raise InvalidInput({"code": why})
    found = _printed(code) if code.kind == "D" else _blank(code, actor.person_id, actor, at)
    draft = Draft.objects.get(pk=found)
    access.require_draft(draft, actor=actor, scope="submit", on=day_of(at))
    attach_material(
        draft_id=draft.pk,
        case_id=None,
        material=PAPER_FORM.code,
        content=content,
        name=name,
        actor=actor,
        at=at,
    )
    audit.record("cases.take_paper_form", actor=actor, at=at, target=draft.target, form=str(code))
    return draft


def _printed(code: codes.PaperCode) -> UUID:
    first, last = code.drafts
    found = Draft.objects.filter(pk__gte=first, pk__lte=last).values_list("pk", flat=True).first()
    if found is None:
        raise access.DraftNotFound
    return found


def _blank(code: codes.PaperCode, person_id: int, actor: Actor, at: datetime) -> UUID:
    version = ItemVersion.objects.filter(pk=code.value, valid_from__isnull=False).first()
    if version is None:
        raise InvalidInput({"code": "没有这样的表格，请核对编号，或者打印一张新的。"})
    return start_draft(item_code=version.code, applicant_id=person_id, actor=actor, at=at).pk
