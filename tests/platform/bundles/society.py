"""An invented bundle, 入馆一件事: a reading-room pass and a library card at once, a locker when the card is there."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import yaml
from django.http import QueryDict
from tests.journeys.conftest import photo
from tests.platform.library import (
    COUNTY,
    DENIED,
    LONG_AGO,
    MACHINE,
    OWN,
    READER,
    Library,
    item,
    judge,
    publish,
    wording,
)

from onedoor.platform.bundles import operations as bundles
from onedoor.platform.bundles.models import BundleCase, BundleMember
from onedoor.platform.bundles.queries import find_screen
from onedoor.platform.cases import handlers
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.catalog import operations as catalog
from onedoor.platform.identity import operations as identity
from onedoor.platform.kernel import outbox

DECIDE = [
    {
        "code": "decide",
        "title": "决定",
        "permission": "cases.decide",
        "tier": 4,
        "after": ["accept"],
        "excludes": ["accept"],
        "state": "deciding",
    }
]
NAME = {"code": "name", "type": "person_name", "label": "姓名", "required": True}
NUMBER = {"code": "id_number", "type": "citizen_id", "label": "身份证号", "required": True, "sensitive": True}
PHOTO = {
    "code": "picture",
    "title": "照片",
    "how": "拍一张正面照。",
    "acceptance_standard": "清楚",
    "legal_basis": "《公共图书馆法》",
}
CARD = item(
    code="library.pass_card",
    title="入馆证办理",
    steps=DECIDE,
    special_procedures=[],
    materials=[PHOTO],
    form={
        "sections": [
            {
                "code": "reader",
                "title": "读者",
                "fields": [
                    NAME,
                    NUMBER,
                    {"code": "student", "type": "yes_no", "label": "是不是学生", "required": True},
                    {
                        "code": "school",
                        "type": "text",
                        "label": "学校",
                        "required_when": {"field": "student", "equals": True},
                        "shown_when": {"field": "student", "equals": True},
                    },
                ],
            }
        ]
    },
)
ROOM = item(
    code="library.reading_room",
    title="阅览室预约资格",
    line="reading",
    steps=DECIDE,
    special_procedures=[],
    materials=[PHOTO | {"code": "photo"}],
    jurisdiction={"rule": "residence", "receiving_tier": 4, "deciding_tier": 4},
    form={
        "sections": [
            {"code": "who", "title": "读者", "fields": [NAME | {"code": "reader_name"}]},
            {
                "code": "when",
                "title": "时间",
                "fields": [{"code": "hours", "type": "integer", "label": "每周小时数", "required": True}],
            },
        ]
    },
)
LOCKER = item(
    code="library.locker",
    title="储物柜",
    line="lockers",
    steps=DECIDE,
    special_procedures=[],
    materials=[],
    form={
        "sections": [
            {
                "code": "locker",
                "title": "储物柜",
                "fields": [
                    NAME | {"code": "holder"},
                    {
                        "code": "size",
                        "type": "choice",
                        "label": "大小",
                        "required": True,
                        "choices": [{"value": "small", "label": "小"}, {"value": "large", "label": "大"}],
                    },
                ],
            }
        ]
    },
)
ITEMS = {"card": CARD, "room": ROOM, "locker": LOCKER}
BUNDLE = """
code: library.welcome
title: 入馆一件事
title_en: Welcome to the library
line: library
lead: 图书部门
summary: 办证、进阅览室、租柜子，一次办。
legal_basis: [{law: 《公共图书馆法》, article: 第三十六条}]
asks:
  - {code: has_bag, type: yes_no, label: 要不要存包, required: true}
members:
  - {code: card, title: 入馆证, organ: 镇图书室, item: library.pass_card, window: {where: 镇图书室, how: 带身份证。}}
  - {code: room, title: 阅览室, organ: 区图书馆, item: library.reading_room, optional: true, window: {where: 区图书馆, how: 带身份证。}}
  - code: locker
    title: 储物柜
    organ: 区图书馆
    item: library.locker
    condition: {field: has_bag, equals: true}
    depends_on: [card]
    window: {where: 区图书馆, how: 带入馆证。}
  - {code: canteen, title: 食堂饭卡, organ: 食堂, window: {where: 食堂一楼, how: 带入馆证。, phone: "010-1"}}
form:
  - code: you
    title: 您本人
    questions:
      - {code: name, feeds: [card.name, room.reader_name, locker.holder]}
      - {code: id_number, feeds: [card.id_number]}
      - {code: is_student, feeds: [card.student]}
      - {code: school, feeds: [card.school]}
  - code: reading
    title: 读书的时间
    questions:
      - {code: weekly, feeds: [room.hours], label: 每周想来几小时}
papers:
  - {code: portrait, feeds: [card.picture, room.photo], title: 一寸照片}
"""
for one in ITEMS.values():
    handlers.register(handlers.CaseHandler(item=one.code, judge=judge, wording=wording))


def definition(**changes: Any) -> dict[str, Any]:
    """Return the bundle's definition, with parts replaced."""
    return {**yaml.safe_load(BUNDLE), **changes}


def text(**changes: Any) -> str:
    return yaml.safe_dump(definition(**changes), allow_unicode=True)


@dataclass
class Society:
    """The library with the bundle in force, and one use of it driven as far as a test wants."""

    books: Library

    def begin(self, at: datetime, *, bag: bool = True, room: bool = True, **asks: Any) -> BundleCase:
        reader = self.books.citizen()
        case = bundles.begin_bundle(code="library.welcome", actor=reader, at=at)
        return bundles.choose_members(
            bundle_id=case.pk,
            revision=case.revision,
            asks={"has_bag": bag, **asks},
            wanted=["room"] if room else [],
            actor=reader,
            at=at,
        )

    def fill(self, case: BundleCase, section: str, at: datetime, **typed: str) -> BundleCase:
        reader = self.books.citizen()
        posted = QueryDict(mutable=True)
        posted.update(typed)
        found, definition = find_screen(bundle_id=case.pk, section=section, actor=reader, at=at)
        assert definition is not None
        return bundles.save_bundle_section(
            bundle_id=case.pk,
            revision=found.revision,
            section=section,
            cleaned=read_section(definition, posted, known=found.answers),
            actor=reader,
            at=at,
        )

    def filled(self, at: datetime, *, bag: bool = True, room: bool = True, name: str = READER.name) -> BundleCase:
        return self.complete(self.begin(at, bag=bag, room=room), at, name=name)

    def complete(self, case: BundleCase, at: datetime, *, name: str = READER.name) -> BundleCase:
        """Answer every question of a bundle that was begun, and give its paper."""
        self.fill(case, "you", at, name=name, id_number=READER.id_number, is_student="no")
        if "room" in case.wanted:
            self.fill(case, "reading", at, weekly="6")
        bundles.add_bundle_paper(
            bundle_id=case.pk,
            paper="portrait",
            content=photo("portrait").getvalue(),
            name="portrait.jpg",
            actor=self.books.citizen(),
            at=at,
        )
        return BundleCase.objects.get(pk=case.pk)

    def submit(self, case: BundleCase, at: datetime) -> BundleCase:
        return bundles.submit_bundle(
            bundle_id=case.pk, revision=case.revision, delivery="electronic", actor=self.books.citizen(), at=at
        )

    def submitted(self, at: datetime, **choices: Any) -> BundleCase:
        return self.submit(self.filled(at, **choices), at)

    def member(self, case: BundleCase, code: str) -> BundleMember:
        return BundleMember.objects.select_related("case", "bundle").get(bundle=case, code=code)

    def decide(self, case: Case | None, at: datetime, *, granted: bool = True) -> None:
        """Drive a member's ordinary case to its decision, as its organs would."""
        assert case is not None
        if case.state == "submitted":
            cases.hand_in_case(case_id=case.pk, actor=self.books.citizen(), at=at)
        cases.accept_case(case_id=case.pk, actor=self.books.officer("clerk"), at=at)
        ruling = Ruling(True, "符合条件，准予。") if granted else Ruling(False, **DENIED)
        cases.decide_case(case_id=case.pk, ruling=ruling, actor=self.books.officer("approver"), at=at)
        self.hear(at)

    def hear(self, at: datetime) -> None:
        """Let the rooms hear of each other, as the worker does."""
        while outbox.deliver_pending(at=at):
            pass

    def decide_member(self, case: BundleCase, code: str, at: datetime, *, granted: bool = True) -> BundleMember:
        self.decide(self.member(case, code).case, at, granted=granted)
        return self.member(case, code)


def open_society(books: Library, *, account: bool = True) -> Society:
    """Put the three items and the bundle in force, and give the reader an account where they have none yet."""
    if account:
        identity.open_citizen_login(
            person_id=books.reader.pk, phone="13800000000", password="x" * 12, actor=MACHINE, at=LONG_AGO
        )
    for one in ITEMS.values():
        publish(one)
        catalog.open_offering(
            item_code=one.code,
            division=COUNTY,
            organization_id=books.organs[COUNTY].pk,
            open_from=date(2026, 7, 1),
            own=OWN,
            actor=MACHINE,
            at=LONG_AGO,
        )
    publish_bundle_text(text())
    return Society(books)


def publish_bundle_text(words: str, valid_from: date = date(2026, 7, 1)) -> int:
    version = bundles.draft_bundle(bundle=bundles.read_bundle(words), actor=MACHINE, at=LONG_AGO)
    bundles.publish_bundle(
        version_id=version.pk, opinion="合法合理。", valid_from=valid_from, actor=MACHINE, at=LONG_AGO
    )
    return version.pk


__all__ = ["BUNDLE", "ITEMS", "Society", "definition", "open_society", "publish_bundle_text", "text"]
