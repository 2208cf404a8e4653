"""Whether an application lacks anything its applicant has to give: answers, papers, consents."""

from collections.abc import Sequence
from datetime import datetime

from onedoor.platform.cases import applications, offers
from onedoor.platform.cases.models import Draft, Material
from onedoor.platform.cases.operations.consents import missing_consents
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError


class MaterialsMissing(OneDoorError):
    code, http_status, message = "cases.materials_missing", 422, "还缺少材料：{titles}。请补充后再提交。"


class ConsentsMissing(OneDoorError):
    code, http_status, message = "cases.consents_missing", 422, "还有授权书没有签署：{titles}。请签署后再提交。"


def check_complete(draft: Draft, papers: Sequence[Material], actor: Actor, at: datetime) -> None:
    """
    Let pass an application that lacks nothing but the signatures of others.

    :raises InvalidInput, MaterialsMissing, ConsentsMissing, AssuranceTooLow: what is missing.
    """
    item = draft.item_version.item
    actor.require_level(item.level_to_act)
    problems = applications.faults(draft, on=day_of(at))
    if problems:
        raise InvalidInput(problems)
    given = {paper.code for paper in papers}
    locked = [paper.title for paper in papers if paper.file is not None and paper.file.is_quarantined]
    missing = [paper.title for paper in offers.missing(draft, given=given, at=at)]
    if locked or missing:
        raise MaterialsMissing(
            titles="、".join(dict.fromkeys([*missing, *(f"{one}（没有通过安全检查）" for one in locked)]))
        )
    unsigned = missing_consents(draft, at=at)
    if unsigned:
        raise ConsentsMissing(titles="、".join(sorted({consent.title for consent in unsigned})))
