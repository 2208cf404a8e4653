"""What the cases room does in the background."""

from django.utils.timezone import localtime

from onedoor.platform.cases.models import EarlyDraft
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.tasks import task
from onedoor.platform.messages import operations as messages

# An SMS may be read by anybody who sees the phone: it does not name the item.
ENDING = "【一门通】您没有登录先填的一份表，{last}后删除。要接着填，请在平台打开“接着填”，输入草稿码；填一次就重新计算保留时间。"


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
        text=ENDING.format(last=last),
        at=clock.wall(),
    )
