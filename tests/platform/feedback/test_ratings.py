"""Ratings: once for each thing, from nobody's office, and unseen until the case is over."""

import re
import threading

import pytest
from django.db import transaction
from django.test import Client
from tests.platform import library
from tests.platform.appointments.hall import open_hall
from tests.platform.desks import Desk, own, staff
from tests.platform.feedback.rated import SAID, Work, code_sent, ended, rate
from tests.platform.files.conftest import at_once, where_writers_race
from tests.platform.library import Library
from tests.platform.replays.ratings import visit
from tests.platform.replays.stage import Stage
from tests.platform.test_acceptance import accepted, moment

from onedoor.platform.appointments.operations import queue
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Case
from onedoor.platform.feedback import operations
from onedoor.platform.feedback.listeners import case_ended
from onedoor.platform.feedback.models import BadReview, Evaluation, Invitation
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login, ServicePoint
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages.models import Message


def test_the_rating_of_a_step_is_unseen_until_the_case_is_over(desk: Desk, work: Work) -> None:
    case = accepted(desk, moment("2026-09-15"))
    work()
    page = desk.page("reader", own(case))
    assert f"{own(case, 'rate/')}?step=accept" in page
    answer = desk.post("reader", own(case, "rate/?step=accept"), level=4, text=SAID)
    assert answer.status_code == 200
    said = Evaluation.objects.get()
    assert (said.phase, said.held_for_id, said.case_id) == ("process", case.pk, None)
    assert not BadReview.objects.exists()
    assert "没有要办的差评" in desk.page("reviewer", "/staff/reviews/")

    desk.go(moment("2026-09-21"))
    desk.act("reader", own(case, "withdraw/"))
    work()
    said.refresh_from_db()
    assert said.held_for_id is None
    assert said.submitted_on.isoformat() == "2026-09-21"  # it counts from now on: no month that is out changes
    review = BadReview.objects.get()
    assert review.begun_on.isoformat() == "2026-09-21"  # nobody could begin before
    assert desk.get("clerk", f"/staff/reviews/{review.pk}/").status_code == 404  # whoever accepted it is who was rated
    assert SAID in desk.page("second_clerk", f"/staff/reviews/{review.pk}/")
    assert not Invitation.objects.filter(
        case=case, phase="final"
    ).exists()  # withdrawn by the reader: nothing was served


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_a_step_rated_while_the_case_ends_is_not_held_for_ever(desk: Desk, work: Work) -> None:
    at, books = moment("2026-09-15"), desk.books
    case = accepted(desk, at)
    work()
    reader, inside, done = books.citizen(), threading.Event(), threading.Event()
    about = {"number": case.number, "phase": "process", "step": "accept", "device": "", "actor": reader, "at": at}

    def say() -> None:
        with transaction.atomic():
            operations.rate_case(answer=operations.Answer(level=2, channel="mobile"), **about)
            inside.set()
            done.wait(1)  # whoever waits for no lock is done before this is committed

    def end() -> None:
        inside.wait()
        cases.withdraw_case(case_id=case.pk, actor=reader, at=at)
        case_ended({"case_id": case.pk}, at=at)
        done.set()

    at_once(say, end)
    assert Evaluation.objects.get().held_for is None


def test_a_case_is_rated_once_on_the_page_or_by_its_code(desk: Desk, work: Work) -> None:
    case = ended(desk, work)
    code = code_sent(case)
    stranger = Client()
    page = stranger.get(f"/r/{code}/").content.decode()
    assert re.findall(r'name="level" value="(\d)"', page) in (["1", "2", "3", "4", "5"], ["5", "4", "3", "2", "1"])
    assert 'name="level" value="1" checked' not in page
    assert stranger.post(f"/r/{code}/", {"level": 2, "way": "sms"}).status_code == 200
    assert Evaluation.objects.get().channel == "sms"
    assert stranger.post(f"/r/{code}/", {"level": 1}).status_code == 404
    assert "已经评价过了" in desk.refused("reader", own(case, "rate/"), 409, level=1)
    assert Evaluation.objects.count() == 1
    assert not BadReview.objects.exists()


def test_nobody_rates_for_others_from_the_office(desk: Desk, work: Work) -> None:
    case = ended(desk, work)
    code = code_sent(case)
    assert "工作人员登录着" in desk.refused("approver", f"/r/{code}/", 403, level=1)
    browser = Client()
    browser.get("/")
    officer = Login.objects.get(username="approver")
    identity.begin_session(
        login_id=officer.pk,
        session_key="hall",
        device_code="mark-of-the-hall",
        device="平板",
        actor=Actor.anonymous(),
        at=moment("2026-11-19", "08:00"),
    )
    answer = operations.Answer(level=1, channel="tablet")
    with pytest.raises(operations.StaffDevice):
        operations.rate_by_code(
            code=code, answer=answer, device="mark-of-the-hall", actor=Actor.anonymous(), at=moment("2026-11-19")
        )
    operations.rate_by_code(
        code=code, answer=answer, device="mark-of-a-phone", actor=Actor.anonymous(), at=moment("2026-11-19")
    )


def test_one_device_rates_three_times_an_hour(books: Library, desk: Desk) -> None:
    stage = Stage(desk, lambda handler: None, pytest.MonkeyPatch())
    visits = [visit(stage, f"A{number:03d}") for number in range(5)]
    clerk = books.officer("clerk")
    taken = []
    at = moment("2026-09-01", "10:10")
    for one in visits:
        opened = operations.open_screen(invitation_id=one.pk, actor=clerk, at=at)
        answer = operations.Answer(level=2, channel="qr")
        try:
            operations.rate_by_code(code=opened.code, answer=answer, device="a-phone", actor=Actor.anonymous(), at=at)
        except operations.TooManyRatings:
            taken.append(False)
        else:
            taken.append(True)
    assert taken == [True, True, True, False, False]


def test_the_screen_of_a_visit_is_opened_once_and_tells_the_window_nothing(desk: Desk) -> None:
    desk.go(moment("2026-09-01", "10:10"))
    stage = Stage(desk, lambda handler: None, pytest.MonkeyPatch())
    one = visit(stage)
    page = desk.post("clerk", "/staff/reviews/screens/", visit=one.pk).content.decode()
    code = re.search(r"(\d{4} \d{4} \d{4})", page)[1].replace(" ", "")  # type: ignore[index]
    assert "评价屏已经打开过" in desk.refused("clerk", "/staff/reviews/screens/", 409, visit=one.pk)
    assert Client().post(f"/r/{code}/", {"level": 5, "way": "tablet"}).status_code == 200
    assert "没有等待评价的服务" in desk.page("clerk", "/staff/reviews/screens/")
    said = Evaluation.objects.get()
    assert (said.channel, said.onsite, said.window) == ("tablet", True, "便民服务中心 3 号窗口")
    assert "评价屏" not in desk.page("approver", "/staff/")  # who does not serve at a window has no screen


def test_whoever_served_at_the_window_never_sees_what_is_said_of_it(desk: Desk, work: Work) -> None:
    at = moment("2026-09-02", "10:00")
    desk.go(at)
    hall = open_hall(desk.books, at=at, division=library.TOWN)
    served_by = hall.clerk("clerk")
    for _ in range(6):  # every time somebody else than who served
        ticket = queue.take_ticket(plan_id=hall.plan.pk, visitor=queue.Visitor(), actor=served_by, at=at)
        queue.call_next(point_id=hall.point.pk, window="1", actor=served_by, at=at)
        queue.finish(ticket_id=ticket.pk, actor=served_by, at=at)
        work()
        code = operations.open_screen(invitation_id=Invitation.objects.latest("pk").pk, actor=served_by, at=at).code
        answer = operations.Answer(level=5, channel="tablet", text=SAID)
        operations.rate_by_code(code=code, answer=answer, device="", actor=Actor.anonymous(), at=at)
        review = BadReview.objects.latest("pk")
        assert review.assigned_login not in (None, served_by.login_id)
        assert review.recusals.get().login_id == served_by.login_id
        assert desk.get("clerk", f"/staff/reviews/{review.pk}/").status_code == 404


def test_only_the_handler_reads_a_name(desk: Desk, work: Work) -> None:
    case = ended(desk, work)
    rate(desk, case, 5, named="yes")
    review = BadReview.objects.get()
    url = f"/staff/reviews/{review.pk}/"
    page = desk.page("second_approver", url)
    assert library.READER.name in page
    assert case.number in page
    assert desk.get("approver", url).status_code == 404  # decided the case
    assert desk.get("supervisor", url).status_code == 404  # nothing to decide yet
    assert desk.get("clerk", url).status_code == 404
    assert SAID in desk.page("reader", own(case, "rate/"))


def test_whoever_was_served_at_a_window_by_an_officer_is_not_rated_for(desk: Desk, work: Work) -> None:
    """The supervisor writes down what somebody says on the telephone; who had a hand in the case may not."""
    case = ended(desk, work)
    code = code_sent(case)
    assert desk.post("approver", "/staff/reviews/written/", code=code, level=1, channel="phone").status_code == 403
    fields = {"code": code, "level": 4, "channel": "phone", "text": "电话里说等得太久。"}
    page = desk.post("supervisor", "/staff/reviews/written/", **fields).content.decode()
    assert "回执码告诉评价人" in page
    assert Evaluation.objects.get().channel == "phone"
    assert Case.objects.get(pk=case.pk).state == "completed"
    assert desk.get("supervisor", staff(case)).status_code in (200, 404)


def test_a_visit_that_ends_in_the_queue_may_be_rated_by_who_was_there(desk: Desk, work: Work) -> None:
    """The queue is another room: it says that somebody was served, this one asks."""
    stage = Stage(desk, lambda handler: None, pytest.MonkeyPatch())
    point = visit(stage).window  # lets the hall be there
    at = moment("2026-09-02", "10:00")
    desk.go(at)
    told = {"service_point": ServicePoint.objects.get().pk, "window": "2", "ticket": 7, "item_code": library.ITEM}
    for _ in range(2):  # an event may come twice
        person = desk.books.reader.pk
        outbox.publish("appointments.served", key="ticket:7", **told, person_id=person, at=at.isoformat())
        work()
    asked = Invitation.objects.get(reference__endswith=":7")
    assert (asked.person, asked.title, asked.line) == (desk.books.reader, "借书证办理", "library")
    assert asked.window != point
    message = Message.objects.get(event="feedback.invited", channel="inbox")
    assert desk.page("reader", message.link).count("满意") >= 5
