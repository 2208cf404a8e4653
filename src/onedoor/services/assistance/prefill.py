"""When a draft begins, ask the police for the household, so that nobody types or photographs what is known."""

from datetime import datetime
from typing import Any
from uuid import UUID

from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Draft
from onedoor.platform.exchange import operations as exchange
from onedoor.platform.exchange import queries as answers
from onedoor.platform.kernel.actors import Actor
from onedoor.services.assistance.datasets import PREFILL
from onedoor.services.assistance.handlers import ITEM

MACHINE = Actor.system("预填")
SOURCE = "police.household"
PURPOSE = PREFILL.code
SPOKEN_SOURCE = "公安户籍登记"
# The police say 户主/配偶/子/女 …; the form asks how each is related to the applicant.
RELATIONS = {"本人": "SELF", "配偶": "SPOUSE", "子": "CHILD", "女": "CHILD", "父": "PARENT", "母": "PARENT"}


def ask_household(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for a begun draft of this item and ask in the background (《社会救助法》第六十二条: not to be demanded again)."""
    if payload["item"] != ITEM:
        return
    draft = Draft.objects.filter(pk=UUID(payload["draft_id"])).first()
    if draft is None:
        return
    exchange.ask(
        source=SOURCE,
        person_id=draft.applicant_id,
        purpose=PURPOSE,
        business=draft.target,
        actor=MACHINE,
        at=at,
        waited_for=True,
    )


def receive_household(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for the answer: known facts for the form, and the household book waived."""
    if payload["connector"] != SOURCE or not payload["business"].startswith("draft:"):
        return
    answer = answers.answer_of(query_id=payload["query_id"], actor=MACHINE)
    draft_id = UUID(payload["business"].removeprefix("draft:"))
    draft = Draft.objects.filter(pk=draft_id, submitted_as__isnull=True).first()
    if not answer.rows or answer.as_of is None or draft is None:
        return
    household = answer.rows[0]
    own = str(draft.applicant.id_number)
    members = [
        {
            "name": member["name"],
            "id_number": member["id_number"],
            "relation": "SELF" if member["id_number"] == own else RELATIONS.get(member["relation"], "OTHER"),
        }
        for member in household["members"]
    ]
    for path, value in (("police.household.address", household["address"]), ("police.household.members", members)):
        cases.record_fact(
            draft_id=draft_id, path=path, value=value, source=SPOKEN_SOURCE, as_of=answer.as_of, actor=MACHINE, at=at
        )
    cases.waive_material(
        draft_id=draft_id,
        material="household_register",
        proof=f"{SPOKEN_SOURCE}（查询编号 {payload['query_id'][:8]}）",
        as_of=answer.as_of,
        actor=MACHINE,
        at=at,
    )
