"""What several people send who sign one application: one recipe for each address, pages and API alike."""

from typing import Any

from tests.platform.library import FRIEND, HOUSEHOLD
from tests.platform.replays.machines import API, like
from tests.platform.replays.stage import AT, Sent, Stage, posts, sends

from onedoor.platform.cases import operations, signing
from onedoor.platform.cases.models import Draft, Signatory
from onedoor.platform.identity.models import Person

NAMED = {"role": "spouse", "name": FRIEND.name, "id_number": FRIEND.id_number, "phone": "13800000001"}


def household(stage: Stage) -> Draft:
    stage.published(signers=HOUSEHOLD)
    return stage.books.draft(AT)


def named(stage: Stage) -> Signatory:
    draft = household(stage)
    return operations.name_signatory(draft_id=draft.pk, actor=stage.books.citizen(), at=AT, **NAMED)


def asked_of_reader(stage: Stage) -> Signatory:
    """Let the friend ask the reader to sign: whoever the recipes come in as is the one who signs."""
    row = named(stage)
    friend, reader = stage.books.friend, stage.books.reader
    Draft.objects.filter(pk=row.draft_id).update(applicant=friend, filled_by=friend)
    answers: dict[str, Any] = Draft.objects.get(pk=row.draft_id).answers | {
        "name": FRIEND.name,
        "id_number": FRIEND.id_number,
    }
    draft = Draft.objects.get(pk=row.draft_id)
    draft.answers = answers
    draft.save(update_fields=["answers"])
    row.person = Person.objects.get(pk=reader.pk)
    row.state, row.asked_at, row.due_on = Signatory.State.ASKED, AT, signing.last_day(draft, at=AT)
    row.save()
    return row


@sends("draft_signers")
def draft_signers(stage: Stage) -> Sent:
    return Sent("reader", f"/drafts/{household(stage).pk}/signers/", NAMED)


@sends("countersignature")
def countersignature(stage: Stage) -> Sent:
    row = asked_of_reader(stage)
    digest = signing.digest_of(Draft.objects.get(pk=row.draft_id), at=AT)
    return Sent("reader", f"/me/countersignatures/{row.pk}/", {"act": "sign", "digest": digest})


like("draft_signers", "/drafts/{draft_id}/signers")
like(
    "countersignature",
    "/me/countersignatures/{signatory_id}/signature",
    lambda fields: {"digest": fields["digest"]},
)


@posts(f"{API}/drafts/{{draft_id}}/signers/{{signatory_id}}", "delete")
def drop(stage: Stage) -> Sent:
    row = named(stage)
    return Sent("reader", f"{API}/drafts/{row.draft_id}/signers/{row.pk}")


@posts(f"{API}/drafts/{{draft_id}}/signature-requests")
def ask(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/drafts/{named(stage).draft_id}/signature-requests")


@posts(f"{API}/me/countersignatures/{{signatory_id}}/refusal")
def decline(stage: Stage) -> Sent:
    reason = {"reason": "押金写得不对，请改。"}
    return Sent("reader", f"{API}/me/countersignatures/{asked_of_reader(stage).pk}/refusal", reason)
