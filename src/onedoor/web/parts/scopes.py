"""In what words somebody is asked what another may do for them."""

SCOPES = (
    ("view", "查看进度"),
    ("affairs", "查看待遇、预约和数据使用"),
    ("submit", "填写和提交"),
    ("sign", "代为签署授权"),
    ("collect", "代领结果"),
)
# What a form ticks beforehand: what an application takes; whoever is to look at more is told so expressly.
TICKED = ("view", "submit", "sign", "collect")
