"""What the message room keeps; other files import the models from here."""

from onedoor.platform.messages.models.messages import Message
from onedoor.platform.messages.models.outreach import Outreach, OutreachNote
from onedoor.platform.messages.models.providers import ProviderHealth
from onedoor.platform.messages.models.templates import TemplateVersion
from onedoor.platform.messages.models.ways import (
    BindingCode,
    EmailAddress,
    NoticeChoice,
    PushDevice,
    ReadingLanguage,
    WeChatAccount,
)

__all__ = [
    "BindingCode",
    "EmailAddress",
    "Message",
    "NoticeChoice",
    "Outreach",
    "OutreachNote",
    "ProviderHealth",
    "PushDevice",
    "ReadingLanguage",
    "TemplateVersion",
    "WeChatAccount",
]
