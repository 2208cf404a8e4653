"""Tell the people who sign one application together, and its applicant, where it stands: listeners of the room's events."""

from datetime import datetime
from typing import Any

from onedoor.platform.cases import tasks
from onedoor.platform.cases.models import Signatory
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages import operations as messages

MACHINE = Actor.system("通知")


def listen() -> None:
    outbox.listen("cases.countersigning_asked", "cases.ask_to_countersign", ask_to_countersign)
    for event in ("countersigned", "countersigning_declined", "countersigning_lapsed"):
        outbox.listen(f"cases.{event}", f"cases.tell_{event}", _teller(f"cases.{event}"))


def ask_to_countersign(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell whoever is to sign, and who guards them; without an account, by a neutral SMS to the number they were named by."""
    row = Signatory.objects.select_related("draft").filter(pk=payload["signatory_id"]).first()
    if row is None or row.state != Signatory.State.ASKED or str(row.due_on) != payload["due_on"]:
        return
    guardians = identity.guardian_ids_of(row.person_id, on=day_of(at))
    told = [one for one in (row.person_id, *guardians) if identity.has_account(one)]
    if not told:
        tasks.ask_by_phone.enqueue(signatory_id=row.pk)
    event = "cases.countersigning_changed" if row.changed_at else "cases.countersigning_asked"
    moment = row.changed_at or row.asked_at or at
    for person_id in told:
        messages.send_message(
            recipient_id=person_id,
            event=event,
            values={"item": row.draft.item_version.title, "due": row.due_on},
            link=f"/me/countersignatures/{row.pk}/",
            case_number="",
            source=f"signatory:{row.pk}:{moment:%Y%m%d%H%M%S}",
            actor=MACHINE,
            at=at,
        )


def _teller(event: str) -> outbox.Listener:
    def tell(payload: dict[str, Any], *, at: datetime) -> None:
        """Tell the applicant, and who fills the draft in, what became of a signature."""
        row = Signatory.objects.select_related("draft").filter(pk=payload["signatory_id"]).first()
        if row is None:
            return
        item = row.draft.item_version.item
        role = next((one.title for one in item.signers.roles if one.code == row.role), "") if item.signers else ""
        values = {"item": item.title, "who": role or "签字人"}
        if event == "cases.countersigned":
            values["next"] = "都签完了，现在可以提交。" if payload["whole"] else "其余的人签完就可以提交。"
        for person_id in {row.draft.applicant_id, row.draft.filled_by_id}:
            messages.send_message(
                recipient_id=person_id,
                event=event,
                values=values,
                link=f"/drafts/{row.draft_id}/signers/",
                case_number="",
                source=f"{event}:{row.pk}:{(row.signed_at or row.asked_at or at):%Y%m%d%H%M%S}",
                actor=MACHINE,
                at=at,
            )

    return tell
