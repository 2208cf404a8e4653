"""Check a certificate: anybody, by the code on it."""

from datetime import date, datetime

from django.http import HttpRequest
from ninja import Router, Schema

from onedoor.api.problems import Problem
from onedoor.platform.certificates import queries
from onedoor.platform.kernel import clock

router = Router(tags=["certificates"])


class CheckOut(Schema):
    identifier: str
    title: str
    number: str
    holders: list[str]
    issuer_name: str
    issued_on: date | None
    last_valid_on: date | None
    status: str
    word: str
    in_force: bool
    checked_at: datetime


@router.get("/{token}", response={200: CheckOut, 404: Problem, 422: Problem}, summary="核验证照")
def check(request: HttpRequest, token: str) -> queries.CertificateCheck:
    found = queries.verify(token=token, at=clock.now(), actor=request.actor)  # type: ignore[attr-defined]
    if found is None:
        raise queries.CertificateNotFound
    return found
