"""The invented people of the demonstration, on a real place: 浙江省杭州市临平区塘栖镇. Nobody here exists."""

from dataclasses import dataclass
from datetime import date

from onedoor.standards.check_digits import luhn_check, mod11_2_check
from onedoor.standards.credit_codes import credit_code_check, organization_code_check

COUNTY = "330113000000"
TOWN = "330113100000"
NATION = "000000000000"
PASSWORD = "OneDoor-2026-demo"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # the one-time secret of every invented officer


@dataclass(frozen=True)
class Citizen:
    """An invented person; `phone` is from the range no carrier gives out here."""

    code: str
    name: str
    born: date
    sequence: int
    phone: str = ""
    address: str = "塘栖镇水北街 18 号"
    login: bool = False

    @property
    def id_number(self) -> str:
        body = f"{TOWN[:6]}{self.born:%Y%m%d}{self.sequence:03d}"
        return body + mod11_2_check(body)


@dataclass(frozen=True)
class Officer:
    username: str
    name: str
    role: str
    organ: str  # "nation", "county", "town" or "insurance"
    title: str


FATHER = Citizen("father", "王德福", date(1955, 3, 8), 11, "13900010001", login=True)
MOTHER = Citizen("mother", "李秀兰", date(1957, 9, 21), 12, "13900010002", login=True)
DAUGHTER = Citizen("daughter", "王小梅", date(1984, 6, 2), 14, "13900010003", "临平街道东湖路 66 号", login=True)
CITIZENS = (FATHER, MOTHER, DAUGHTER)

OFFICERS = (
    Officer("TX001", "沈立群", "intake_clerk", "town", "塘栖镇受理员"),
    Officer("TX002", "陆建平", "surveyor", "town", "塘栖镇调查员"),
    Officer("TX003", "俞春燕", "surveyor", "town", "塘栖镇调查员"),
    Officer("TX004", "高文博", "reviewer", "town", "塘栖镇审核人"),
    Officer("LP001", "方志远", "approver", "county", "临平区确认人"),
    Officer("LP002", "姚慧敏", "cert_officer", "county", "临平区制证员"),
    Officer("LP003", "郑国强", "supervisor", "county", "临平区监察员"),
    Officer("LP004", "杜若兰", "auditadmin", "county", "审计管理员"),
    Officer("LP005", "韩松", "secadmin", "county", "安全管理员"),
    Officer("LP006", "梁启航", "sysadmin", "county", "系统管理员"),
    Officer("TX005", "孙巧云", "assistant", "town", "塘栖镇帮办代办员"),
    Officer("LP011", "顾思源", "approver", "county", "临平区复核人"),
    Officer("LP012", "何晓晴", "hotline_agent", "county", "临平区热线话务员"),
    Officer("LP013", "宋嘉禾", "hotline_supervisor", "county", "临平区热线管理员"),
    Officer("LP014", "叶云舟", "ticket_handler", "county", "临平区民政局工单处置员"),
    Officer("LP009", "石敏之", "finance", "county", "临平区财务人员"),
    Officer("LP007", "周雅琴", "item_manager", "county", "临平区事项管理员"),
    Officer("LP008", "蒋文瑞", "data_steward", "county", "临平区数据管理员"),
    Officer("YB001", "潘晓岚", "data_user", "insurance", "临平区医保局数据使用员"),
    Officer("MZ001", "许文清", "item_manager", "nation", "全国事项管理员"),
    Officer("MZ002", "罗启明", "legal_reviewer", "nation", "全国法制审核人员"),
)


def credit_code(pair: str, division: str, body: str) -> str:
    """Return a well-formed invented credit code; `body` has eight characters."""
    front = f"{pair}{division[:6]}{body}{organization_code_check(body)}"
    return front + credit_code_check(front)


def bank_card(number: int) -> str:
    body = f"622202{number:012d}"
    return body + luhn_check(body)


ACCOUNT = bank_card(42)  # the father's, into which the money is to come


def simulated_people() -> dict[str, object]:
    """Return what the departments of the simulator know, by identity number. The scrapped car is their mistake."""
    household = {
        "number": "330113100018",
        "address": "浙江省杭州市临平区塘栖镇水北街 18 号",
        "members": [
            {"name": FATHER.name, "idNumber": FATHER.id_number, "relation": "户主"},
            {"name": MOTHER.name, "idNumber": MOTHER.id_number, "relation": "配偶"},
        ],
    }
    return {
        FATHER.id_number: {
            "household": household,
            "houses": [{"address": "塘栖镇水北街 18 号", "area": "56.20", "since": "1998-05-12"}],
            "vehicles": [{"plate": "浙A·T0718", "model": "三轮载货摩托车", "status": "正常", "since": "2009-04-01"}],
            "accounts": [{"bank": "农村商业银行", "balance": "2630.15"}],
        },
        MOTHER.id_number: {
            "household": household,
            "houses": [],
            "vehicles": [],
            "accounts": [{"bank": "邮政储蓄银行", "balance": "411.80"}],
        },
        DAUGHTER.id_number: {
            "household": None,
            "houses": [{"address": "临平街道东湖路 66 号", "area": "88.00", "since": "2015-10-20"}],
            "vehicles": [],
            "accounts": [{"bank": "工商银行", "balance": "18500.00"}],
            "cards": [{"name": DAUGHTER.name, "card": bank_card(3), "phone": DAUGHTER.phone}],
            "identity": {"sub": "daughter", "name": DAUGHTER.name, "id_number": DAUGHTER.id_number},
        },
    }
