"""The figures identity reads from the parameter table."""

from onedoor.platform.kernel.definitions import Definition

FIGURES = (
    Definition(
        "identity.password_days",
        "工作人员密码多少天须更换",
        "whole",
        lowest=1,
        unit="天",
        least=1,
        most=365,
        default=90,
        source="GB/T 22239—2019 三级“定期更换”，本平台定为 90 天",
    ),
    Definition(
        "identity.most_strangers",
        "一人最多为多少名非亲属代办",
        "whole",
        lowest=1,
        unit="人",
        least=1,
        most=1000,
        default=20,
        source="本平台规则 R-DEL-3",
    ),
    Definition("identity.recheck_days", "实名核验多少天后须重新核验", "whole", lowest=1, unit="天", least=1, most=3650),
)
