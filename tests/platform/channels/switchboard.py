"""A hotline of the library's county: an agent, who reviews, a handler at the county and one at the township."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from tests.platform.library import CHINA, COUNTY, LONG_AGO, MACHINE, TOWN, Library

from onedoor.platform.channels import operations
from onedoor.platform.channels.models import WorkOrder
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as identity_queries
from onedoor.platform.identity.models import Login, Organization
from onedoor.platform.kernel.actors import Actor

TOPIC = "图书馆闭馆"
WORDS = "高碑店镇图书室已经关门三个星期，没有贴通知，请问什么时候开。"
NOTE = "已经打电话问清楚了情况，并作了说明。"
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=CHINA)
STAFF = {
    "agent": ("hotline_agent", COUNTY),
    "chief": ("hotline_supervisor", COUNTY),
    "handler": ("ticket_handler", COUNTY),
    "town_handler": ("ticket_handler", TOWN),
}


@dataclass
class Switchboard:
    """The hotline with its people, and one order driven as far as a test wants it."""

    books: Library

    def officer(self, name: str) -> Actor:
        actor = identity_queries.actor_for_post(post_id=self.books.posts[name], channel="hotline", on=date(2026, 9, 1))
        return replace(actor, login_id=Login.objects.get(username=name).pk)

    def organ(self, division: str) -> int:
        return self.books.organs[division].pk

    def filed(self, at: datetime = MONDAY, **changes: Any) -> operations.FiledOrder:
        call = operations.Call(
            **{
                "category": "complaint",
                "content": WORDS,
                "division": TOWN,
                "topic": TOPIC,
                "caller_name": "王来电",
                "caller_phone": "13700000001",
                **changes,
            }
        )
        return operations.file_order(call=call, actor=self.officer("agent"), at=at)

    def dispatched(self, at: datetime = MONDAY, to: str = COUNTY, **changes: Any) -> WorkOrder:
        order = self.filed(at, **changes).order
        return self.do("dispatch_order", order, "agent", at, organization_id=self.organ(to))

    def signed(self, at: datetime = MONDAY, **changes: Any) -> WorkOrder:
        return self.do("sign_order", self.dispatched(at, **changes), "handler", at)

    def replied(self, at: datetime = MONDAY, resolved: str = "yes", **changes: Any) -> WorkOrder:
        order = self.signed(at, **changes)
        return self.reply(order, at, resolved)

    def reply(self, order: WorkOrder, at: datetime, resolved: str = "yes") -> WorkOrder:
        told = {"way": "phone", "contact": NOTE, "evidence_digest": "0" * 64}
        return self.do("reply_to_order", order, "handler", at, answer=NOTE, resolved=resolved, **told)

    def revisited(self, at: datetime = MONDAY, resolved: str = "no", **changes: Any) -> WorkOrder:
        said = operations.Said("yes", resolved, resolved)
        return self.do("revisit_order", self.replied(at, **changes), "agent", at, said=said, note=NOTE)

    def do(self, act: str, order: WorkOrder, who: str, at: datetime, **given: Any) -> WorkOrder:
        done = getattr(operations, act)(order_id=order.pk, actor=self.officer(who), at=at, **given)
        assert isinstance(done, WorkOrder)
        return done

    def rule(self, at: datetime = LONG_AGO) -> None:
        """Let the catalogue give the topic to the county's organ."""
        operations.set_rule(
            topic=TOPIC,
            organization_id=self.organ(COUNTY),
            department_only=True,
            document="朝阳区图书局权责清单（2026年版）第七项",
            division=COUNTY,
            actor=self.officer("chief"),
            at=at,
        )

    def on_duty(self, at: datetime = MONDAY) -> None:
        """Let somebody be on duty for the county from a moment on."""
        when = {"begins_at": at - timedelta(hours=1), "ends_at": at + timedelta(hours=12)}
        operations.name_duty_officer(
            name="赵值班",
            phone="13900000009",
            division=COUNTY,
            actor=self.officer("chief"),
            at=at,
            **when,
        )


def build(books: Library) -> Switchboard:
    """Let the hotline's people begin at the library's organs; the town's organ is a township's."""
    Organization.objects.filter(pk=books.organs[TOWN].pk).update(kind="township")
    for name, (role, division) in STAFF.items():
        login = identity.open_officer_login(
            username=name, name=f"官员{name}", password="x" * 12, one_time_secret="", actor=MACHINE, at=LONG_AGO
        )
        books.posts[name] = identity.appoint_officer(
            login_id=login.pk,
            organization_id=books.organs[division].pk,
            role=role,
            division=division,
            lines=[],
            valid_from=date(2026, 1, 1),
            actor=MACHINE,
            at=LONG_AGO,
        ).pk
    return Switchboard(books)
