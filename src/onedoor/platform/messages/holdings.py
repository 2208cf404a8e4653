"""What the message room holds about people, and what of it they are given."""

from onedoor.platform.kernel.holdings import Holding, Withheld

HOLDINGS = (
    Holding("onedoor_messages.PushDevice", ("label", "added_at", "ended_at"), by=("person",)),
    Holding(
        "onedoor_messages.Message",
        ("channel", "event", "text", "case_number", "state", "created_at", "sent_at", "delivered_at", "read_at"),
        by=("recipient",),
    ),
    Holding("onedoor_messages.Outreach", ("reason", "opened_at", "closed_at"), by=("person",)),
    Holding("onedoor_messages.NoticeChoice", ("kind", "ways", "chosen_at"), by=("person",)),
    Holding("onedoor_messages.ReadingLanguage", ("language", "chosen_at"), by=("person",)),
    Holding("onedoor_messages.EmailAddress", ("address", "verified_at"), by=("person",)),
    Holding("onedoor_messages.WeChatAccount", ("bound_at", "ended_at"), by=("person",)),
    Withheld("onedoor_messages.BindingCode", "绑定微信的口令只用一次，几分钟就失效。"),
)
