"""The words of nodes, streams and messages."""

from django.db.models import TextChoices


class Level(TextChoices):
    """The two levels of the network, and those below that join it through a province."""

    MINISTRY = "ministry", "部级"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"


class NodeState(TextChoices):
    INVITED = "invited", "待批准"
    ACTIVE = "active", "已联通"
    SUSPENDED = "suspended", "已暂停"
    LEFT = "left", "已退出"


class End(TextChoices):
    """Which way a stream runs, seen from here."""

    OUT = "out", "发出"
    IN = "in", "收到"


class Handing(TextChoices):
    """What became of a message that has been received."""

    WAITING = "waiting", "待处理"
    DONE = "done", "已处理"
    PARKED = "parked", "搁置"
    SET_ASIDE = "set_aside", "不再处理"
    REFUSED = "refused", "无权，已拒绝"


class Trouble(TextChoices):
    """What went wrong on a stream."""

    GAP = "gap", "缺号"
    CHAIN = "chain", "前后不衔接"
    FORK = "fork", "同号不同文"
    FORGED = "forged", "签名不符"
    CLOCK = "clock", "时钟相差太大"
    REWOUND = "rewound", "对方丢失了已签收的报文"
    REFUSED = "refused", "对方拒收"
    AWAY = "away", "连不上"
    UNENTITLED = "unentitled", "越权"
    TOO_LARGE = "too_large", "一行太大，没有发出"
