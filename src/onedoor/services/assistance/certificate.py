"""The certificate 最低生活保障证."""

from datetime import datetime
from typing import Any

from onedoor.platform.certificates.kinds import CertificateKind, FaceField
from onedoor.platform.kernel.actors import Actor
from onedoor.services.assistance import operations
from onedoor.services.assistance.models import Recognition

MACHINE = Actor.system("证照联动")

MINIMUM_LIVING = CertificateKind(
    code="assistance.minimum_living",
    title="最低生活保障证",
    line="assistance",
    type_code="111000000000009999101",  # placeholder until the provincial certificate centre gives the national code
    type_code_is_placeholder=True,
    holder="person",
    covers="members",
    face=(
        FaceField("recognition", "认定编号"),
        FaceField("category", "保障类别"),
        FaceField("start_month", "保障起始月"),
        FaceField("monthly_amount", "月保障金"),
        FaceField("members", "保障对象", (FaceField("name", "姓名"), FaceField("relation", "备注"))),
    ),
)


def end_what_it_proves(payload: dict[str, Any], *, at: datetime) -> None:
    """
    Listen for certificates that were ended: revoked, cancelled or withdrawn, the recognition it proves ends too.

    A certificate that lapsed, was succeeded by a newer version or was void as a paper says nothing about the right.
    """
    if payload["kind"] != MINIMUM_LIVING.code or payload["operation"] not in ("revoke", "cancel", "withdraw"):
        return
    recognition = Recognition.objects.filter(case_number=payload["case_number"]).first()
    if recognition is not None:
        operations.end_recognition(recognition_id=recognition.pk, reason="证照已撤销、注销或吊销", actor=MACHINE, at=at)
