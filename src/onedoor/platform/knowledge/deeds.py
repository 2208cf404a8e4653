"""A deed on a version of an entry by its name, for those who let an officer choose one."""

from datetime import datetime

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.knowledge import operations

WITH_OPINION = {
    "approve": operations.approve_entry,
    "send_back": operations.send_back_entry,
    "withdraw": operations.withdraw_entry,
}


def do(deed: str, *, version_id: int, opinion: str, actor: Actor, at: datetime) -> None:
    """:raises InvalidInput: there is no such deed, or it needs an opinion."""
    if deed == "submit":
        operations.submit_entry(version_id=version_id, actor=actor, at=at)
    elif deed in WITH_OPINION:
        WITH_OPINION[deed](version_id=version_id, opinion=opinion, actor=actor, at=at)
    else:
        raise InvalidInput({"": "请选择要办理的动作。"})
