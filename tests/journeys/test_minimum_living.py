"""The errand: a daughter applies for her father, six officers work on it, a certificate is issued, shown and revoked."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from onedoor.demonstration.cast import DAUGHTER, FATHER, MOTHER, TOWN, Citizen, bank_card
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.life import fold
from onedoor.platform.cases.models import Action, Case, CaseDocument, Conflict, Draft
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.exchange.models import Query
from onedoor.platform.kernel.models import OutboxMessage
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.services.assistance.models import Recognition, Verification
from tests.journeys.conftest import Simulator, photo

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=CHINA)
ITEM = "assistance.dibao_apply"

pytestmark = pytest.mark.processes


class Days:
    """Move the platform's and the departments' clocks together."""

    def __init__(self, traveller: time_machine.Traveller, site: Simulator) -> None:
        self.traveller, self.site = traveller, site
        self.go()

    def go(self, **ahead: float) -> None:
        self.traveller.shift(timedelta(**ahead))
        self.site.live_on(datetime.now(CHINA))


def post(client: Client, url: str, data: dict[str, Any] | None = None) -> Any:
    """Post a form as the page does, with a key of its own."""
    return client.post(url, {"idempotency_key": uuid.uuid4().hex, **(data or {})})


def table(name: str, rows: list[dict[str, str]]) -> dict[str, str]:
    fields = {f"{name}-rows": str(len(rows))}
    for number, row in enumerate(rows):
        fields |= {f"{name}-{number}-{column}": value for column, value in row.items()}
    return fields


MEMBERS = [
    {"name": FATHER.name, "id_number": FATHER.id_number, "relation": "SELF", "health": "CHRONIC", "works": "no"},
    {"name": MOTHER.name, "id_number": MOTHER.id_number, "relation": "SPOUSE", "health": "WEAK", "works": "no"},
]
SECTIONS: dict[str, dict[str, str]] = {
    "applicant": {
        "name": FATHER.name,
        "id_number": FATHER.id_number,
        "phone": FATHER.phone,
        "hukou": "urban",
        "address": "塘栖镇水北街 18 号",
    },
    "household": table("members", MEMBERS),
    "income": table(
        "incomes",
        [
            {"earner": FATHER.name, "kind": "PENSION", "gross": "163", "period": "month", "deduction": "143"},
            {"earner": MOTHER.name, "kind": "PENSION", "gross": "163", "period": "month", "deduction": "143"},
        ],
    ),
    "assets": {
        "housing": "own",
        "houses": "1",
        "vehicles": "0",
        "deposits": "3000",
        "has_medical": "yes",
        "medical": "6200",
    },
    "obligors": table(
        "obligors",
        [
            {
                "name": DAUGHTER.name,
                "id_number": DAUGHTER.id_number,
                "relation": "CHILD",
                "income": "5860",
                "members": "3",
            }
        ],
    ),
    "reason": {
        "reason": "两位老人没有稳定收入，慢性病常年吃药。",
        "account_name": FATHER.name,
        "account": bank_card(42),
        "near_relative": "no",
        "truth": "on",
        "publicity": "on",
    },
}


def fill(client: Client, draft: str, sections: list[str]) -> None:
    for section in sections:
        url = f"/drafts/{draft}/s/{section}/"
        revision = re.search(r'name="revision" value="(\d+)"', client.get(url).content.decode())
        assert revision is not None
        answer = client.post(url, {"revision": revision[1], **SECTIONS[section]})
        assert answer.status_code == 302, answer.content.decode()


def start(client: Client) -> str:
    father = re.search(
        rf'value="(\d+)" checked>为{FATHER.name}代办', client.get(f"/items/{ITEM}/start/").content.decode()
    )
    assert father is not None
    return str(post(client, f"/items/{ITEM}/start/", {"applicant": father[1]}).url.split("/")[2])


def submit(client: Client, draft: str) -> str:
    page = client.get(f"/drafts/{draft}/review/").content.decode()
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision is not None
    answers = [client.post(f"/drafts/{draft}/review/", {"revision": revision[1]}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {302}, answers[0].content.decode()
    assert len({answer.url for answer in answers}) == 1  # three taps, one application
    return str(answers[0].url.split("/")[2])


def attach(client: Client, url: str, material: str) -> None:
    answer = client.post(url, {f"file_{material}": photo(material)})
    assert answer.status_code == 302, answer.content.decode()


def sign_all(client: Client, draft: str) -> None:
    url = f"/drafts/{draft}/consents/"
    while (found := re.search(r'name="consent" value="(\d+)"', client.get(url).content.decode())) is not None:
        assert client.post(url, {"consent": found[1]}).status_code == 302


NUMBER = re.compile(r"\d{17}[\dX]|1[3-9]\d{9}")


def shows_nobody(board: str, number: str) -> None:
    """A38: a masked name, and no number, telephone, address or child of anybody on the public board."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", board, flags=re.DOTALL)
    assert "王*福" in text
    for person in (FATHER, MOTHER, DAUGHTER):
        assert person.name not in text
        assert person.id_number not in board
        assert person.phone not in board
    assert "水北街" not in text
    assert not NUMBER.search(text.replace(number, ""))


@pytest.mark.django_db
def test_the_whole_errand(
    site: Simulator,
    citizen: Callable[[Citizen], Client],
    officer: Callable[[str], Client],
    work: Callable[[], None],
) -> None:
    with time_machine.travel(MONDAY, tick=True) as traveller:
        days = Days(traveller, site)
        # 1 She finds 低保 by the word 补助, reads the guide for their township, checks first.
        work()  # what there is to be found is indexed
        visitor = Client()
        assert "最低生活保障审核确认" in visitor.get("/search/?q=补助").content.decode()
        visitor.post("/place/", {"code": TOWN, "next": f"/items/{ITEM}/"})
        guide = visitor.get(f"/items/{ITEM}/").content.decode()
        assert "杭州市临平区民政局" in guide
        assert "塘栖镇便民服务中心" in guide
        checked = visitor.post(
            f"/items/{ITEM}/check/",
            {"people": "2", "hukou": "urban", "income": "600", "has_car": "no", "has_children_apart": "yes"},
        ).content.decode()
        assert "810.00" in checked
        assert "不是承诺" in checked

        # 2 She begins for her father, leaves, comes back on another device; known facts are there with their source.
        phone = citizen(DAUGHTER)
        draft = start(phone)
        work()
        days.go(seconds=90)
        fill(phone, draft, ["applicant"])
        tablet = citizen(DAUGHTER)
        household = tablet.get(f"/drafts/{draft}/s/household/").content.decode()
        assert MOTHER.name in household
        assert "公安户籍登记" in household
        fill(tablet, draft, ["household", "income", "assets", "obligors", "reason"])
        papers = tablet.get(f"/drafts/{draft}/materials/").content.decode()
        assert "不用交了" in papers
        attach(tablet, f"/drafts/{draft}/materials/", "medical_bills")

        # 3 Consents, three taps, a signed receipt; nothing takes effect before she says so.
        sign_all(tablet, draft)
        number = submit(tablet, draft)
        case = Case.objects.get(number=number)
        assert case.state == "submitted"
        receipt = tablet.get(f"/cases/{number}/submitted/").content.decode()
        assert case.query_code in receipt
        assert "<svg" in receipt
        clerk = officer("TX001")
        assert number[-16:] not in clerk.get("/staff/").content.decode()
        post(tablet, f"/cases/{number}/hand-in/")

        # 4 The clerk asks once for a missing paper; the clock stops; she supplies; the clerk accepts.
        assert number[-16:] in clerk.get("/staff/").content.decode()
        asked = post(
            clerk,
            f"/staff/cases/{number}/supplement/",
            {
                "ask-income_note": "1",
                "problem-income_note": "没有说明子女是否固定给钱",
                "how-income_note": "写一份说明，注明每月大约给多少，本人签名拍照",
            },
        )
        assert asked.status_code == 302, asked.content.decode()
        case.refresh_from_db()
        assert case.state == "supplement_wait"
        assert not case.clocks.filter(kind="receive", state="running").exists()
        work()
        assert "补正" in tablet.get("/me/messages/").content.decode()
        attach(tablet, f"/cases/{number}/supplement/", "income_note")
        assert tablet.post(f"/cases/{number}/supplement/", {"hand_in": "1"}).status_code == 302
        assert post(clerk, f"/staff/cases/{number}/accept/").status_code == 302
        case.refresh_from_db()
        deciding = case.clocks.filter(state="running", kind__in=("promised", "statutory")).order_by("due_on")
        assert [clock.due_on.isoformat() for clock in deciding] == [
            "2026-11-30",
            "2026-12-14",
        ]

        # 5 Four departments are asked in the background, one has to be asked again, one is wrong.
        work()
        for _ in range(6):
            days.go(seconds=40)
            work()
        verification = Verification.objects.get(case=case)
        assert verification.conclusion == "INCONSISTENT"
        assert verification.results.filter(role="obligor").count() == 3
        assert Query.objects.filter(connector="vehicles.registration", attempts__gt=1).exists()
        assert "机动车" in officer("TX004").get(f"/staff/cases/{number}/").content.decode()

        # 6 Two surveyors, an opinion only after the difference is settled, a notice that cannot be closed early.
        days.go(days=1)
        surveyor = officer("TX002")
        alone = visit(surveyor, number, together=False)
        assert alone.status_code == 422
        assert visit(surveyor, number, together=True).status_code == 302
        reviewer = officer("TX004")
        opinion = {"outcome": "agree", "note": "入户情况与申报一致，两位老人确无稳定收入。"}
        blocked = post(reviewer, f"/staff/cases/{number}/opinion/opinion/", opinion)
        assert blocked.status_code == 409
        conflict = Conflict.objects.get(case=case)
        tablet = citizen(DAUGHTER)  # a day later the session is over
        assert "不一致" in tablet.get("/me/messages/").content.decode()
        explained = post(
            tablet,
            f"/cases/{number}/conflicts/{conflict.pk}/",
            {"text": "三轮车 2019 年就报废了，报废证明在家里。"},
        )
        assert explained.status_code == 302, explained.content.decode()
        settled = post(
            reviewer,
            f"/staff/cases/{number}/conflicts/{conflict.pk}/",
            {
                "settled": "declared",
                "reason": "三轮车 2019 年已报废，见报废证明，已提请更正。",
            },
        )
        assert settled.status_code == 302, settled.content.decode()
        assert post(reviewer, f"/staff/cases/{number}/opinion/opinion/", opinion).status_code == 302
        assert post(reviewer, f"/staff/cases/{number}/notice/notice/").status_code == 302
        board = Client()
        board.cookies["place"] = TOWN
        shows_nobody(board.get("/notices/").content.decode(), number)
        shows_nobody(board.get(f"/notices/{case.notices.get().pk}/").content.decode(), number)
        early = post(reviewer, f"/staff/cases/{number}/notice/notice/")
        assert early.status_code == 409
        assert "不能提前结束" in early.content.decode()

        # 7 After the notice the county decides: not the reviewer, with the whole calculation.
        days.go(days=9)
        work()
        case.refresh_from_db()
        assert case.state == "deciding"
        county = officer("LP001")
        calculation = county.get(f"/staff/cases/{number}/decide/").content.decode()
        assert "5,860.00" in calculation
        assert "民发〔2021〕57号" in calculation
        assert "10 个工作日内制作并送达" in calculation  # what a grant sets off stands beside it
        decided = post(county, f"/staff/cases/{number}/decide/", {"decision": "grant", "reason": ""})
        assert decided.status_code == 302, decided.content.decode()
        tablet = citizen(DAUGHTER)  # ten days later the session is long over
        decision = CaseDocument.objects.get(case=case, kind="grant")
        pdf = tablet.get(f"/cases/{number}/documents/{decision.pk}.pdf")
        assert pdf.content.startswith(b"%PDF")

        # 8 The register begins with the next month; the certificate can be checked by anybody and revoked.
        recognition = Recognition.objects.get(case_number=number)
        assert recognition.monthly_amount == Decimal("1080.00")  # 810 × 2 − (40 + 500)
        assert recognition.start_month.isoformat() == "2026-12-01"
        register = county.get("/staff/registers/assistance.recognitions/").content.decode()
        assert recognition.number in register
        assert "王*福" in register
        assert FATHER.name not in register
        entry = county.get(f"/staff/registers/assistance.recognitions/{recognition.pk}/").content.decode()
        assert number in entry
        certificate = Certificate.objects.get(case_number=number)
        page = Client().get(f"/check/{certificate.token}/").content.decode()
        assert "证照真实，2026年12月1日起有效" in page
        days.go(days=20)
        assert "证照真实，现在有效" in Client().get(f"/check/{certificate.token}/").content.decode()
        assert FATHER.id_number not in page
        kept = officer("LP002").get(f"/staff/certificates/{certificate.identifier}/").content.decode()
        assert f"/staff/cases/{number}/revocation/" in kept  # no officer ends it by a form: it takes a case
        grounds = {
            "ending": "revoke",
            "reason": "认定依据的材料被证明不实，依法应当撤销。",
            "basis": "行政许可法第六十九条",
        }
        proposed = post(officer("TX004"), f"/staff/cases/{number}/revocation/", grounds)
        assert proposed.status_code == 302, proposed.content.decode()
        proceeding = Case.objects.get(continues=case, relation="revoke").number
        work()
        father = citizen(FATHER)
        assert "拟撤销" in father.get("/me/messages/").content.decode()
        heard = post(father, f"/cases/{proceeding}/defence/", {"statement": "存款是替女儿保管的，当时没有说清楚。"})
        assert heard.status_code == 302, heard.content.decode()
        verdict = {"decision": "uphold", "reason": "银行流水证明存款为本人所有，陈述不能成立。"}
        decided = post(officer("LP001"), f"/staff/cases/{proceeding}/revocation/decide/", verdict)
        assert decided.status_code == 302, decided.content.decode()
        assert "不能使用" in Client().get(f"/check/{certificate.token}/").content.decode()

        work()
        recognition.refresh_from_db()
        assert recognition.in_force_to is not None  # what the certificate proved has ended with it
        assert not recognition.people.filter(ended_on__isnull=True).exists()

        # 9 A message at each step, a timeline, the supervisor's clock, the auditor's replay.
        work()
        tablet = citizen(DAUGHTER)
        timeline = tablet.get(f"/cases/{number}/").content.decode()
        for step in ("提交申请", "受理", "经济状况核对完成", "入户调查完成", "发布公示", "准予", "办结"):
            assert step in timeline
        assert len(site.messages(DAUGHTER.phone)) > 8
        assert not any(FATHER.name in message["text"] for message in site.messages(DAUGHTER.phone))
        assert "电子监察" in officer("LP003").get("/supervision/").content.decode()
        replay = officer("LP004").get(f"/supervision/cases/{number}/").content.decode()
        assert "查看" in replay
        assert "作出决定" in replay
        assert fold(Action.objects.filter(case=case).order_by("seq"))["chain"]
        assert AuditEntry.objects.filter(target=case.target, outcome="looked").exists()
        assert not SupervisionEvent.objects.filter(case=case, lamp="red").exists()
        assert Draft.objects.get(submitted_as=case)
        assert not OutboxMessage.objects.exclude(last_error="").exists()


def visit(surveyor: Client, number: str, *, together: bool) -> Any:
    url = f"/staff/cases/{number}/visit/"
    page = surveyor.get(url).content.decode()
    colleague = re.search(r'name="colleague" value="(\d+)">俞春燕', page)
    assert colleague is not None
    data: dict[str, Any] = {
        "offline_id": uuid.uuid4().hex,
        "step": "survey",
        "visited_at": "2026-11-03T09:10",
        "opened_by": "王德福本人开门，老伴在家",
        "living_here": "2",
        "housing_state": "plain",
        "illness": "yes",
        "illness_cost": "420",
        "neighbours": "2",
        "findings": ["CONSISTENT"],
        "note": "家中陈设简单，两位老人长期服药。",
        "signed_by_member": "on",
    }
    if together:
        data["colleague"] = colleague[1]
    return post(surveyor, url, data)
