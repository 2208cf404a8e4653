"""How long a copy lies ready."""

from onedoor.platform.kernel.definitions import Definition

DAYS = "portability.days"
FIGURES = (
    Definition(
        DAYS,
        "个人信息导出文件的保留天数",
        "whole",
        lowest=4,
        unit="天",
        least=1,
        most=30,
        default=7,
        source="本平台规则",
    ),
)
