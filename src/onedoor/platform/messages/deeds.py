"""A deed on proposed words by its name, for those who let an officer choose one."""

from datetime import datetime

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.messages import operations
from onedoor.platform.messages.models import TemplateVersion

DEEDS = {"approve": "审核通过", "send_back": "退回", "withdraw": "撤回"}


def possible(version: TemplateVersion, *, actor: Actor) -> list[tuple[str, str]]:
    """Return what the actor may do with a version that waits: their own they may withdraw, another's they review."""
    if version.state != TemplateVersion.State.OPEN:
        return []
    own = version.login_id == actor.login_id
    return [(deed, title) for deed, title in DEEDS.items() if (deed == "withdraw") == own]


def settle(deed: str, *, version_id: int, opinion: str, actor: Actor, at: datetime) -> None:
    """:raises InvalidInput: there is no such deed; and what the deed itself refuses."""
    if deed == "approve":
        operations.approve_template(version_id=version_id, opinion=opinion, actor=actor, at=at)
    elif deed == "send_back":
        operations.send_back_template(version_id=version_id, opinion=opinion, actor=actor, at=at)
    elif deed == "withdraw":
        operations.withdraw_template(version_id=version_id, actor=actor, at=at)
    else:
        raise InvalidInput({"": "请选择审核通过、退回或者撤回。"})
