from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "onedoor.platform.messages"
    label = "onedoor_messages"
    verbose_name = "消息"

    def ready(self) -> None:
        from onedoor.platform.kernel import outbox
        from onedoor.platform.messages import delegations

        outbox.listen("identity.delegation_asked", "messages.tell_asked", delegations.tell_asked)
        outbox.listen("identity.delegation_confirmed", "messages.tell_confirmed", delegations.tell_confirmed)
        outbox.listen("identity.delegation_revoked", "messages.tell_revoked", delegations.tell_revoked)
