from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "onedoor.platform.messages"
    label = "onedoor_messages"
    verbose_name = "消息"
