"""The figures the audit room reads from the parameter table."""

from onedoor.platform.audit.suspensions import MOST_A_DAY, PARAMETER
from onedoor.platform.kernel.definitions import Definition

FIGURES = (
    Definition(
        PARAMETER,
        "工作人员一天无办件查询人员信息最多几次",
        "whole",
        lowest=1,
        unit="次",
        least=1,
        most=500,
        default=MOST_A_DAY,
        source="本平台规则 D01",
    ),
)
