"""The figures of the publisher, from the parameter table."""

from onedoor.platform.kernel.definitions import Definition

WEIBO_MOST, SMS_MOST, BATCH = "publishing.weibo_characters", "publishing.sms_parts", "publishing.people_a_batch"
OWN = "本平台规则"
FIGURES = (
    Definition(
        WEIBO_MOST,
        "一条微博最多多少个字",
        "whole",
        lowest=1,
        unit="字",
        least=60,
        most=2000,
        default=140,
        source="微博开放平台 statuses/share 接口：文字不超过 140 个汉字",
    ),
    Definition(
        SMS_MOST,
        "一条短信最多拆成几条计费",
        "whole",
        lowest=4,
        unit="条",
        least=1,
        most=5,
        default=3,
        source=f"{OWN}；一条 70 个字，长短信每条 67 个字",
    ),
    Definition(
        BATCH,
        "一次处理多少名订阅人",
        "whole",
        lowest=1,
        unit="人",
        least=10,
        most=2000,
        default=200,
        source=OWN,
    ),
)
