from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "onedoor.platform.channels"
    label = "channels"
    verbose_name = "渠道"
