"""The figures the common life of a case reads from the parameter table."""

from onedoor.platform.cases import heard
from onedoor.platform.cases.commitments import PARAMETER as BREACH
from onedoor.platform.cases.documents import NAMED_COURT, NAMED_REVIEW_ORGAN
from onedoor.platform.cases.operations.expiry import PARAMETER as DRAFTS
from onedoor.platform.cases.operations.tolerance import PARAMETER as BUFFER
from onedoor.platform.cases.signing import ASKS_A_DAY
from onedoor.platform.cases.signing import PARAMETER as TO_SIGN
from onedoor.platform.kernel.definitions import Definition

COUNTY = 4

FIGURES = (
    Definition(
        DRAFTS,
        "草稿保留天数",
        "whole",
        lowest=COUNTY,
        unit="天",
        least=9,  # two warnings go out before the end, the first a week ahead
        most=365,
        default=90,
        source="本平台规则",
    ),
    Definition(
        TO_SIGN,
        "共同签字人签字的天数",
        "whole",
        lowest=COUNTY,
        unit="天",
        least=1,
        most=60,
        default=15,
        source="本平台规则",
    ),
    Definition(
        ASKS_A_DAY,
        "一份申请一天最多请几次共同签字人",
        "whole",
        lowest=COUNTY,
        unit="次",
        least=1,
        most=50,
        default=5,
        source="本平台规则",
    ),
    Definition(
        BUFFER,
        "容缺材料最迟在承诺办结日前多少个工作日补交",
        "whole",
        lowest=COUNTY,
        unit="工作日",
        least=0,
        most=30,
        default=2,
        source="本平台规则 R-TOL-1",
    ),
    Definition(
        BREACH,
        "承诺不实后多少个月内不再适用告知承诺",
        "whole",
        lowest=2,
        unit="月",
        least=1,
        most=60,
        default=24,
        source="国办发〔2020〕42号，期限由本平台定为 24 个月",
    ),
    # The days are what nobody may be given less of; a place may give more.
    Definition(
        heard.TO_BE_HEARD,
        "撤销、失信认定前陈述申辩的工作日数",
        "whole",
        lowest=COUNTY,
        unit="工作日",
        least=5,
        most=30,
        default=5,
        source="本平台规则",
    ),
    Definition(
        heard.TO_EXPLAIN,
        "核对不一致时申请人说明的工作日数",
        "whole",
        lowest=COUNTY,
        unit="工作日",
        least=5,
        most=30,
        default=5,
        source="本平台规则",
    ),
    Definition(NAMED_REVIEW_ORGAN, "行政复议机关的名称", "text", lowest=COUNTY),
    Definition(NAMED_COURT, "行政诉讼管辖法院的名称", "text", lowest=COUNTY),
)
