"""Electronic certificates of civil affairs: the metadata partners send (GB/T 36903-2018) and the types there are."""

from dataclasses import dataclass

# Our name → the letters others use.
METADATA = {
    "cert_name": "ZZMC",
    "cert_type_name": "ZZLXMC",
    "cert_type_code": "ZZLXDM",
    "cert_number": "ZZBH",
    "cert_identifier": "ZZBS",
    "issuer_name": "ZZBFJG",
    "issuer_code": "ZZBFJGDM",
    "issuer_level": "ZZBFJGJB",
    "issue_date": "ZZBFRQ",
    "holder_name": "CZZT",
    "holder_code": "CZZTDM",
    "holder_code_type": "CZZTDMLX",
    "valid_from": "ZZYXQQSRQ",
    "valid_to": "ZZYXQJZRQ",
}


@dataclass(frozen=True)
class CertificateType:
    """A type of certificate. `numbered` says how its printed number is made: marriage, uscc, or local."""

    key: str
    title: str
    holders: str
    issuer: str
    numbered: str


TYPES = (
    CertificateType("marriage_certificate", "结婚证", "两名自然人", "婚姻登记机关", "marriage"),
    CertificateType("divorce_certificate", "离婚证", "两名自然人", "婚姻登记机关", "marriage"),
    CertificateType("no_marriage_record_certificate", "婚姻登记记录证明", "自然人", "婚姻登记机关", "local"),
    CertificateType("adoption_certificate", "收养登记证", "收养人与被收养人", "县级以上民政部门", "local"),
    CertificateType("social_association_certificate", "社会团体法人登记证书", "社会组织", "登记管理机关", "uscc"),
    CertificateType("social_service_certificate", "民办非企业单位登记证书", "社会组织", "登记管理机关", "uscc"),
    CertificateType("foundation_certificate", "基金会法人登记证书", "社会组织", "登记管理机关", "uscc"),
    CertificateType("public_fundraising_certificate", "慈善组织公开募捐资格证书", "社会组织", "登记管理机关", "local"),
    CertificateType("charity_organization_mark", "慈善组织标识", "社会组织", "登记管理机关", "local"),
    CertificateType("fundraising_plan_record_no", "公开募捐方案备案编号", "募捐方案", "登记管理机关", "local"),
    CertificateType("eldercare_record_receipt", "设置养老机构备案回执", "养老机构", "县级民政部门", "local"),
    CertificateType("minimum_living_certificate", "最低生活保障证", "户主及家庭成员", "县级民政部门", "local"),
    CertificateType("destitute_support_certificate", "特困人员救助供养证", "自然人", "县级民政部门", "local"),
    CertificateType("low_income_certificate", "低收入家庭认定证明", "家庭", "县级民政部门", "local"),
    CertificateType("orphan_allowance_certificate", "儿童福利证", "儿童", "县级民政部门", "local"),
    CertificateType("cremation_certificate", "火化证明", "逝者及申办人", "殡仪馆", "local"),
    CertificateType("cemetery_certificate", "骨灰安放（葬）证", "逝者及联系人", "公墓", "local"),
    CertificateType(
        "village_committee_certificate",
        "基层群众性自治组织特别法人统一社会信用代码证书",
        "村（居）民委员会",
        "县级民政部门",
        "uscc",
    ),
    CertificateType("volunteer_service_certificate", "志愿服务记录证明", "志愿者", "记录组织", "local"),
    CertificateType("social_worker_registration", "社会工作者职业资格登记证书", "自然人", "登记机构", "local"),
    CertificateType("place_name_certificate", "门（楼）牌证", "地址", "地名主管部门", "local"),
)
