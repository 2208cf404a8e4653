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
        "identity.lock_tries",
        "密码或动态口令连续输错几次锁定账号",
        "whole",
        lowest=1,
        unit="次",
        least=3,
        most=10,
        default=5,
        source="GB/T 22239—2019 三级“登录失败处理”，本平台定为 5 次",
    ),
    Definition(
        "identity.lock_minutes",
        "输错密码或动态口令后账号锁定多久",
        "whole",
        lowest=1,
        unit="分钟",
        least=10,
        most=1440,
        default=30,
        source="GB/T 22239—2019 三级“登录失败处理”，本平台定为 30 分钟",
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
