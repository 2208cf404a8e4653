from pathlib import Path
from typing import ClassVar

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "onedoor.platform.messages"
    label = "onedoor_messages"
    verbose_name = "消息"

    # History, which the database itself keeps (`kernel.append_only`).
    append_only: ClassVar = {"onedoor_messages_outreachnote": ()}

    def ready(self) -> None:
        from onedoor.platform.kernel import blind, definitions, outbox, tasks
        from onedoor.platform.messages import deaths, delegations, entities, figures, identity, shipped
        from onedoor.platform.messages import tasks as own
        from onedoor.platform.messages.models import WeChatAccount

        definitions.define(*figures.FIGURES)
        shipped.register(Path(__file__).with_name("texts.yaml"))
        blind.register(WeChatAccount, WeChatAccount.by_open_id, lambda rows: [str(row.open_id) for row in rows])
        tasks.every(5, "messages.deliver", own.look)
        outbox.listen("identity.delegation_asked", "messages.tell_asked", delegations.tell_asked)
        outbox.listen("identity.delegation_confirmed", "messages.tell_confirmed", delegations.tell_confirmed)
        outbox.listen("identity.delegation_recorded", "messages.tell_recorded", delegations.tell_recorded)
        outbox.listen("identity.operator_changed", "messages.tell_operator", entities.tell_operator)
        outbox.listen("identity.entity_bound", "messages.tell_bound", entities.tell_bound)
        outbox.listen("identity.representative_changed", "messages.tell_changed", entities.tell_changed)
        outbox.listen("identity.new_device", "messages.new_device", identity.tell_new_device)
        outbox.listen("identity.assisted", "messages.assisted", identity.tell_assisted)
        outbox.listen("identity.identity_checked", "messages.identity_checked", identity.tell_identity_checked)
        outbox.listen("identity.guardianship_recorded", "messages.guarded", identity.tell_guardianship_recorded)
        outbox.listen("identity.guardianship_ended", "messages.unguarded", identity.tell_guardianship_ended)
        outbox.listen("identity.delegation_revoked", "messages.tell_revoked", delegations.tell_revoked)
        outbox.listen("identity.death_stated", "messages.tell_of_statement", deaths.tell_of_statement)
        outbox.listen("identity.died", "messages.tell_of_death", deaths.tell_of_death)
        outbox.listen("identity.death_corrected", "messages.tell_of_correction", deaths.tell_of_correction)
