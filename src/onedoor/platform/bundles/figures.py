"""The figures bundles and offers read from the parameter table."""

from onedoor.platform.kernel.definitions import Definition

HAND_OVER = "bundles.hand_over"
OFFER_DAYS = "bundles.offer_days"
COUNTY = 4

FIGURES = (
    Definition(
        HAND_OVER,
        "一件事各环节交接的工作日数",
        "whole",
        lowest=COUNTY,
        unit="工作日",
        least=0,
        most=5,
        default=1,
        source="本平台规则 R-BUN-3",
    ),
    Definition(
        OFFER_DAYS,
        "免申即享提议保留天数",
        "whole",
        lowest=COUNTY,
        unit="天",
        least=7,
        most=180,
        default=60,
        source="本平台规则",
    ),
)
