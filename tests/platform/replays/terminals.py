"""What is sent about the machines of the halls: by their managers, at their screens, by their readers."""

from base64 import b64encode, urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any

from tests.platform.channels.machine import PLACE, cookie, in_use
from tests.platform.library import READER
from tests.platform.replays.appointments import hall_of
from tests.platform.replays.machines import API, like, only
from tests.platform.replays.papers import with_promise
from tests.platform.replays.stage import AT, LATER, Sent, Stage, picture, posts, sends

from onedoor.platform.appointments.models import CapacityPlan
from onedoor.platform.cases.paper_forms import codes
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.channels.models import Kiosk, Scan, ScannedPage
from onedoor.platform.channels.operations import cards, kiosks
from onedoor.platform.channels.scanning import case_target, draft_target, form_target
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import canonical_json, suite

SM = suite("sm")
KEY = SM.new_key_pair()
CARD = {"name": READER.name, "id_number": READER.id_number, "valid_to": "2036-01-01"}
REASON = {"reason": "打印机缺纸，正在维修"}


def signed(*said: Any) -> dict[str, str]:
    value = urlsafe_b64encode(SM.sign(KEY.private, canonical_json(list(said)))).decode().rstrip("=")
    return {"algorithm": SM.signature_algorithm, "signature": value}


def machine(stage: Stage) -> tuple[Kiosk, str]:
    hall = hall_of(stage)
    return in_use(hall.point.pk, hall.manager, AT)


def waiting(stage: Stage) -> Kiosk:
    """Return a machine whose screen is bound and not yet activated."""
    hall = hall_of(stage)
    kiosk = kiosks.register_kiosk(point_id=hall.point.pk, name=PLACE, actor=hall.manager, at=AT)
    _, code = kiosks.issue_code(kiosk_id=kiosk.pk, part="screen", actor=hall.manager, at=AT)
    return kiosks.enrol_kiosk(code=code, actor=Actor.anonymous(), at=AT)[0]


def with_reader(stage: Stage) -> Kiosk:
    kiosk, _ = machine(stage)
    Kiosk.objects.filter(pk=kiosk.pk).update(reader_key=KEY.public.hex())
    return kiosk


@sends("staff_kiosks")
def register(stage: Stage) -> Sent:
    return Sent("county_items", "/staff/machines/", {"point": hall_of(stage).point.pk, "name": PLACE})


@sends("staff_kiosk")
def lock(stage: Stage) -> Sent:
    return Sent("county_items", f"/staff/machines/{machine(stage)[0].pk}/", {"act": "lock", **REASON})


@sends("kiosk_tickets")
def ticket(stage: Stage) -> Sent:
    kiosk, secret = machine(stage)
    plan = CapacityPlan.objects.get(service_point=kiosk.service_point_id)
    return Sent("", "/kiosk/tickets/", {"plan": plan.pk, "priority": ""}, cookies={"machine": cookie(secret)})


@sends("kiosk_certificates")
def print_own(stage: Stage) -> Sent:
    stage.granted()
    kiosk, secret = machine(stage)
    Kiosk.objects.update(seen_at=LATER)  # its page was opened a moment ago
    fields = {"certificate": Certificate.objects.get().identifier}
    session = {"machine": kiosk.number, "touched_at": LATER.timestamp()}
    return Sent("reader", "/kiosk/certificates/", fields, session=session, cookies={"machine": cookie(secret)})


@posts(f"{API}/machines/{{kiosk_id}}/codes")
def code(stage: Stage) -> Sent:
    return Sent("county_items", f"{API}/machines/{machine(stage)[0].pk}/codes", {"part": "reader"})


@posts(f"{API}/machines/{{kiosk_id}}/activation")
def activate(stage: Stage) -> Sent:
    kiosk = waiting(stage)
    return Sent("county_items", f"{API}/machines/{kiosk.pk}/activation", {"check_word": kiosk.check_word})


@posts(f"{API}/machines/{{kiosk_id}}/lock", "delete")
def unlock(stage: Stage) -> Sent:
    kiosk, _ = machine(stage)
    kiosks.lock_kiosk(kiosk_id=kiosk.pk, actor=hall_manager(stage), at=AT, **REASON)
    return Sent("county_items", f"{API}/machines/{kiosk.pk}/lock")


def hall_manager(stage: Stage) -> Actor:
    return stage.books.officer("county_items")


@posts(f"{API}/machines/{{kiosk_id}}/retirement")
def retire(stage: Stage) -> Sent:
    return Sent("county_items", f"{API}/machines/{machine(stage)[0].pk}/retirement", REASON)


@posts(f"{API}/readers")
def pair(stage: Stage) -> Sent:
    kiosk, _ = machine(stage)
    _, made = kiosks.issue_code(kiosk_id=kiosk.pk, part="reader", actor=hall_manager(stage), at=AT)
    fields = {"code": made, "public_key": KEY.public.hex(), **signed("here", made)}
    return Sent("", f"{API}/readers", fields)


@posts(f"{API}/readers/{{number}}/readings")
def deliver(stage: Stage) -> Sent:
    kiosk = with_reader(stage)
    at_it = Actor(kind="anonymous", name="", channel="kiosk", machine=kiosk.number, service_point_id=1)
    challenge = cards.ask_card(actor=at_it, at=AT).challenge
    fields = {"challenge": challenge, **CARD, **signed("read", challenge, CARD)}
    return Sent("", f"{API}/readers/{kiosk.number}/readings", fields)


@posts(f"{API}/readers/{{number}}/devices")
def device(stage: Stage) -> Sent:
    kiosk, moment = with_reader(stage), str(int(clock.wall().timestamp()))
    fields = {"device": "printer", "works": False, "moment": moment}
    fields |= signed("here", f"{kiosk.number}|{moment}|printer|fails")
    return Sent("", f"{API}/readers/{kiosk.number}/devices", fields)


@posts(f"{API}/readers/{{number}}/pages")
def deliver_page(stage: Stage) -> Sent:
    kiosk, _ = scanning(stage, form_target(stage.books.citizen()))
    page, challenge = b"\xff\xd8\xff\xe0", Scan.objects.get().challenge
    said = signed("here", f"{challenge}|{sha256(page).hexdigest()}")
    fields = {"challenge": challenge, "page": b64encode(page).decode(), "problem": "", **said}
    return Sent("", f"{API}/readers/{kiosk.number}/pages", fields)


def scanning(stage: Stage, target: str, content: bytes = b"") -> tuple[Kiosk, str]:
    """Return a machine at whose scanner the reader scans a paper, with a page of it if it is given."""
    kiosk, secret = machine(stage)
    Kiosk.objects.update(reader_key=KEY.public.hex(), scanner_seen_at=LATER, seen_at=LATER)
    login = Login.objects.get(person=stage.books.reader).pk
    until = LATER + timedelta(minutes=5)
    told = {"challenge": "c", "waiting_until": until, "expires_at": until}
    scan = Scan.objects.create(kiosk=kiosk, login_id=login, target=target, **told)
    if content:
        ScannedPage.objects.create(scan=scan, content=b64encode(content).decode(), received_at=AT)
    return kiosk, secret


def at_scanner(stage: Stage, url: str, target: str, **fields: str) -> Sent:
    kiosk, secret = scanning(stage, target, picture())
    session = {"machine": kiosk.number, "touched_at": LATER.timestamp()}
    return Sent("reader", url, {"act": "keep", **fields}, session=session, cookies={"machine": cookie(secret)})


@sends("kiosk_scan")
def scan_paper(stage: Stage) -> Sent:
    draft = stage.books.draft(AT, photo=False)
    return at_scanner(stage, f"/kiosk/scan/draft/{draft.pk}/photo/", draft_target(draft.pk, "photo"))


@sends("kiosk_scan_form")
def scan_form(stage: Stage) -> Sent:
    draft = stage.books.draft(AT)
    return at_scanner(
        stage, "/kiosk/scan/form/", form_target(stage.books.citizen()), code=str(codes.of_draft(draft.pk))
    )


@sends("kiosk_scan_case")
def scan_for_case(stage: Stage) -> Sent:
    case, until = with_promise(stage), LATER + timedelta(minutes=5)
    kiosk, login = machine(stage)[0], Login.objects.get(username="clerk").pk
    told = {"target": case_target(case.pk, "lease"), "challenge": "c", "expires_at": until}
    scan = Scan.objects.create(kiosk=kiosk, login_id=login, **told)
    content = b64encode(picture()).decode()
    ScannedPage.objects.create(scan=scan, content=content, received_at=AT)
    return Sent("clerk", f"/kiosk/scan/case/{case.number}/lease/", {"act": "keep"})


like("staff_kiosks", "/machines")
like("staff_kiosk", "/machines/{kiosk_id}/lock", only("reason"))
like("kiosk_tickets", "/queue/machine/tickets")
