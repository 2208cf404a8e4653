"""The library asks for papers that data, certificates, earlier papers or a promise may answer."""

from datetime import date, datetime, timedelta
from typing import Any

from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, MACHINE, READER, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, Draft, Material
from onedoor.platform.certificates import kinds
from onedoor.platform.certificates import operations as certificates
from onedoor.platform.certificates.kinds import CertificateKind, FaceField
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.identity.models import Person

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=30)
PERMIT = CertificateKind(
    code="library.residence",
    title="居住证",
    line="library",
    type_code="111000000009999936009",
    type_code_is_placeholder=True,
    holder="person",
    face=(FaceField("place", "居住地"),),
)
kinds.register(PERMIT)

TYPED = {"name": READER.name, "id_number": READER.id_number, "student": "no", "books-rows": "0"}


def paper(code: str, title: str, **more: Any) -> dict[str, Any]:
    """Return one paper of the item as YAML would have it."""
    how = {"how": "拍清楚。", "acceptance_standard": "清楚", "legal_basis": "《公共图书馆法》"}
    return {"code": code, "title": title, "required": True, **how, **more}


def publish(*papers: dict[str, Any], valid_from: date = date(2026, 8, 1), **more: Any) -> None:
    """Put the item into force with these papers; a person may have several applications under way."""
    library.publish(library.item(**({"materials": list(papers), "one_at_a_time": False} | more)), valid_from=valid_from)


def residence_permit(
    books: Library, *, person: Person | None = None, last_valid_on: date | None = None, at: datetime = AT
) -> Certificate:
    """Put a residence permit of the reader into the store."""
    organ, holder = books.organs[library.COUNTY], person or books.reader
    return certificates.issue_certificate(
        kind=PERMIT.code,
        holders=[certificates.Holder(name=holder.name, person_id=holder.pk)],
        issuer=certificates.Issuer(organization_id=organ.pk, name=organ.name, code=organ.uscc),
        division=library.COUNTY,
        valid_from=date(2026, 8, 1),
        last_valid_on=last_valid_on,
        face={"place": "高碑店镇"},
        case_number=f"permit-{holder.pk}-{Certificate.objects.count()}",
        actor=MACHINE,
        at=at,
    )


def revoke(certificate: Certificate, *, at: datetime) -> None:
    certificates.end_certificate(
        certificate_id=certificate.pk,
        ending="revoke",
        reason="查明登记的居住地址不实。",
        basis="《居住证暂行条例》第十八条",
        document_number="图撤决〔2026〕1号",
        actor=MACHINE,
        at=at,
    )


class Applicant:
    """The reader at the portal: begins, gives papers, submits."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._photos = 0  # no two of them are alike

    def begin(self) -> Draft:
        self.desk.act("reader", f"/items/{library.ITEM}/start/", applicant=self.desk.books.reader.pk)
        draft = Draft.objects.filter(submitted_as=None).latest("created_at")
        self.desk.act("reader", f"/drafts/{draft.pk}/s/reader/", revision=draft.revision, **TYPED)
        return self.again(draft)

    def again(self, draft: Draft) -> Draft:
        return Draft.objects.get(pk=draft.pk)

    def upload(self, draft: Draft, *codes: str) -> None:
        from tests.journeys.conftest import photo

        for code in codes:
            self._photos += 1
            self.desk.act("reader", self.papers(draft), **{f"file_{code}": photo("一页" * 4 * self._photos)})

    def papers(self, draft: Draft) -> str:
        return f"/drafts/{draft.pk}/materials/"

    def choose(self, draft: Draft, **button: str) -> None:
        """Press a button beside a paper: own="proof"."""
        self.desk.act("reader", self.papers(draft), **button)

    def submit(self, draft: Draft, *, hand_in: bool = True) -> Case:
        review = f"/drafts/{draft.pk}/review/"
        self.desk.act("reader", review, revision=self.again(draft).revision)
        case = Case.objects.get(draft=draft)
        if hand_in:
            self.desk.act("reader", own(case, "hand-in/"))
        return Case.objects.get(pk=case.pk)

    def refused(self, draft: Draft) -> str:
        """Try to submit, and return the page that says why not."""
        review = f"/drafts/{draft.pk}/review/"
        return self.desk.refused("reader", review, 422, revision=self.again(draft).revision)


def check(desk: Desk, case: Case, code: str, **fields: Any) -> None:
    """Let the clerk see the original at the window."""
    desk.act("clerk", staff(case, f"papers/{code}/original/"), agrees="yes", **fields)


def given(case: Case, code: str) -> Material:
    return Material.objects.get(case=case, code=code, replaced_at=None)


def ended(case: Case, at: datetime) -> Case:
    """End a case without anything held against the papers: the person takes it back."""
    actor = library.Actor(kind="citizen", name="", person_id=case.applicant_id, assurance=3)
    return operations.withdraw_case(case_id=case.pk, actor=actor, at=at)
