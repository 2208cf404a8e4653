"""Open and close the accounts an organ publishes by."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, NotFound
from onedoor.platform.publishing.models import MediaAccount

ACCOUNTS = "publishing.accounts"


class AccountNotFound(NotFound):
    code, message = "publishing.account_not_found", "没有这个账号，可能已经停用。请刷新页面查看。"


@transaction.atomic
def open_account(*, kind: str, name: str, app_id: str, secret: str, actor: Actor, at: datetime) -> MediaAccount:
    """
    Enter an account of the own organ, with what it proves itself by; that is kept encrypted and shown to nobody again.

    :raises InvalidInput: something is missing, or the account is there already.
    """
    actor.require(ACCOUNTS, division=actor.division)
    if actor.organization_id is None:
        raise NotAllowed
    problems = {}
    if kind not in MediaAccount.Kind.values:
        problems["kind"] = "请选择平台。"
    for field, value, word in (("name", name, "账号名称"), ("app_id", app_id, "账号标识"), ("secret", secret, "密钥")):
        if not 1 <= len(value.strip()) <= (60 if field == "name" else 64 if field == "app_id" else 500):
            problems[field] = f"请填写{word}，不要太长。"
    if MediaAccount.objects.filter(kind=kind, app_id=app_id.strip(), ended_at=None).exists():
        problems["app_id"] = "这个账号已经登记过了。"
    if problems:
        raise InvalidInput(problems)
    account = MediaAccount.objects.create(
        kind=kind,
        name=name.strip(),
        organization_id=actor.organization_id,
        division=actor.division,
        app_id=app_id.strip(),
        secret=secret.strip(),
        recorded_at=at,
        recorded_by=actor.name,
    )
    audit.record(
        "publishing.open_account", actor=actor, at=at, target=f"media_account:{account.pk}", division=account.division
    )
    return account


@transaction.atomic
def close_account(*, account_id: int, actor: Actor, at: datetime) -> None:
    """
    Stop publishing by an account; what stands there can still be recalled.

    :raises AccountNotFound: none within reach.
    """
    account = MediaAccount.objects.select_for_update().filter(pk=account_id, ended_at=None).first()
    if account is None:
        raise AccountNotFound
    actor.require(ACCOUNTS, division=account.division)
    account.ended_at = at
    account.save(update_fields=["ended_at"])
    audit.record(
        "publishing.close_account", actor=actor, at=at, target=f"media_account:{account.pk}", division=account.division
    )
