"""The certificate 最低生活保障证."""

from onedoor.platform.certificates.kinds import CertificateKind, FaceField

MINIMUM_LIVING = CertificateKind(
    code="assistance.minimum_living",
    title="最低生活保障证",
    line="assistance",
    type_code="111000000000009999101",  # placeholder until the provincial certificate centre gives the national code
    type_code_is_placeholder=True,
    holder="person",
    face=(
        FaceField("recognition", "认定编号"),
        FaceField("category", "保障类别"),
        FaceField("start_month", "保障起始月"),
        FaceField("monthly_amount", "月保障金"),
        FaceField("members", "保障对象", (FaceField("name", "姓名"), FaceField("relation", "备注"))),
    ),
)
