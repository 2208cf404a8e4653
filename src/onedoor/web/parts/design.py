"""The design page: every token and every component in every state. Only where a demonstration or debugging is on."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from onedoor.platform.cases.forms.binding import bind_section
from onedoor.platform.cases.forms.known import Known
from onedoor.platform.catalog.forms import Choice, FormField, Section
from onedoor.platform.kernel import clock
from onedoor.web.parts import charts, spans
from onedoor.web.parts.maps import Spot, spot_map

STATIC = Path(__file__).parent / "static" / "parts"
SIZES = (("hero", "36 大标题"), ("title", "28 标题"), ("lead", "22 小标题"), ("base", "18 正文"), ("small", "14 附注"))
FORM = Section(
    code="design",
    title="各种题",
    fields=(
        FormField(code="name", type="text", label="姓名", help="和身份证上一致。", example="王小梅", required=True),
        FormField(code="income", type="money", label="全家每月收入", required=True),
        FormField(code="born", type="date", label="出生日期", required=True),
        FormField(code="alone", type="yes_no", label="是不是一个人住", required=True),
        FormField(
            code="home",
            type="choice",
            label="现在住的房子",
            choices=(Choice(value="own", label="自己的"), Choice(value="rent", label="租的")),
        ),
        FormField(
            code="help",
            type="choices",
            label="需要哪些帮助",
            choices=(Choice(value="meal", label="助餐"), Choice(value="bath", label="助浴")),
        ),
        FormField(code="reason", type="long_text", label="家里为什么困难"),
        FormField(code="account_name", type="text", label="户名", prefill="person.name"),
        FormField(code="registered", type="text", label="户籍地址", prefill="person.address", locked=True),
        FormField(code="truth", type="statement", label="我填写的都是真实情况。", required=True),
    ),
)


@dataclass(frozen=True)
class Token:
    name: str
    value: str


@dataclass(frozen=True)
class Limit:
    """A running limit as a clock shows it."""

    label: str
    due_on: date
    days_left: int
    paused: bool = False
    provisional: bool = False


@dataclass(frozen=True)
class Event:
    """One entry of a timeline."""

    at: datetime
    title: str
    by: str
    note: str = ""
    documents: tuple[object, ...] = ()
    linked: str = ""


@login_not_required
@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Show the tokens and the components; the masthead's buttons change the look they are shown in."""
    on = clock.today()
    problems = {"income": "请填写数字，例如 1500。", "truth": "请先确认填写的是真实情况。"}
    answers = {"name": "王小梅", "home": "rent", "help": ["meal"]}
    known = {
        "account_name": Known("王小梅", source="平台实名信息", as_of=on.isoformat()),
        "registered": Known("塘栖镇水北街 18 号", source="公安户籍登记", as_of=on.isoformat()),
    }
    context = {
        "colours": [token for token in tokens() if token.value.startswith("#")],
        "sizes": SIZES,
        "icons": drawings(""),
        "scenes": drawings("scene-"),
        "fields": bind_section(FORM, answers=answers, typed={"income": "一千五"}, problems=problems, known=known),
        "problems": problems,
        "clocks": [
            Limit("承诺时限", on + timedelta(20), 13),
            Limit("收件时限", on + timedelta(1), 1),
            Limit("法定时限", on - timedelta(3), -2),
            Limit("补正期限", on + timedelta(9), 6, paused=True),
        ],
        "timeline": [
            Event(clock.now(), "受理", "塘栖镇人民政府", note="材料齐全。"),
            Event(clock.now() - timedelta(1), "提交申请", "申请人"),
        ],
        "lines": charts.lines(
            (3, 5, 2, 6, 8, 4, 9), (2, 2, 4, 3, 3, 5, 4), words="最近七天每天 3、5、2、6、8、4、9 件"
        ),
        "spans": spans.draw(
            [
                spans.Span("入馆证", clock.now() - timedelta(6), clock.now() - timedelta(2), "已办成", "good"),
                spans.Span("阅览室", clock.now() - timedelta(6), clock.now() - timedelta(1), "未获准", "bad"),
                spans.Span("储物柜", clock.now() - timedelta(2), clock.now() + timedelta(5), "还剩 4 天", "wait"),
                spans.Span("饭卡", clock.now() - timedelta(6), clock.now(), "已取消", "plain"),
            ],
            now=clock.now(),
            title="示例",
        ),
        "office_map": spot_map(
            [
                Spot((Decimal("120.1885"), Decimal("30.4782")), 1, "镇大厅", "#chart"),
                Spot((Decimal("120.1886"), Decimal("30.4783")), 2, "自助机", "#chart"),
                Spot((Decimal("120.2321"), Decimal("30.4487")), 3, "村服务站", "#chart"),
            ]
        ),
        "map": charts.tile_map(
            [
                charts.Place(f"{code}0000000000", short, str(number), f"{short}：{number} 件", "#chart", number / 40)
                for number, (code, (short, _, _)) in enumerate(charts.PROVINCES.items())
            ]
        ),
    }
    return render(request, "parts/design.html", context)


def tokens() -> list[Token]:
    """Read the tokens of the plain look from their sheet: what is shown here is what the site uses."""
    sheet = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    plain = sheet[sheet.index(":root {") : sheet.index("}")]
    return [Token(name, value.strip()) for name, value in re.findall(r"--([\w-]+):\s*([^;]+);", plain)]


def drawings(prefix: str) -> list[str]:
    """Return the names of the drawings of the sprite: the icons, or with a prefix the scenes."""
    sprite = (STATIC / "icons.svg").read_text(encoding="utf-8")
    names = re.findall(r'<symbol id="([\w-]+)"', sprite)
    if not prefix:
        return [name for name in names if not name.startswith("scene-")]
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix) and name != "scene-door"]
