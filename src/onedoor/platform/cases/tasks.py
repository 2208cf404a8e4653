"""What the cases room does in the background."""

from django.utils.timezone import localtime

from onedoor.platform.cases.models import EarlyDraft, Signatory
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.tasks import task
from onedoor.platform.messages import operations as messages


@task(attempts=8)
def remind_of_early_draft(*, early_draft_id: int) -> None:
    """Send the warning of an early draft; one that is gone, or was saved again meanwhile, is left alone."""
    draft = EarlyDraft.objects.filter(pk=early_draft_id, warned=True).first()
    if draft is None:
        return
    last = f"{localtime(draft.expires_at):%-m月%-d日 %H:%M}"
    messages.send_to_phone(
        identifier=f"{draft.target}:{draft.revision}",
        phone=str(draft.phone),
        template="cases.early_ending",
        values={"last": last},
        at=clock.wall(),
    )


@task(attempts=8)
def ask_by_phone(*, signatory_id: int) -> None:
    """Tell somebody without an account that their signature is asked for; who has signed or is gone is left alone."""
    row = Signatory.objects.filter(pk=signatory_id, state=Signatory.State.ASKED).first()
    if row is None or row.due_on is None:
        return
    messages.send_to_phone(
        identifier=f"signatory:{row.pk}:{row.due_on}",
        phone=str(row.phone),
        template="cases.countersigning_phone",
        values={"due": f"{row.due_on:%-m月%-d日}"},
        at=clock.wall(),
    )
