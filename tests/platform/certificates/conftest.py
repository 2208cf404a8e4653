"""An invented certificate, the library card, with its holders, its issuer and the people who handle it."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.cache import cache

from onedoor.platform.certificates import kinds, operations
from onedoor.platform.certificates.kinds import CertificateKind, FaceField
from onedoor.platform.identity.models import Division, Organization, Person
from onedoor.platform.kernel import crypto
from onedoor.platform.kernel.actors import Actor

CHAOYANG = "110105000000"
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # ten in the morning in China

LIBRARY_CARD = CertificateKind(
    code="library.card",
    title="借书证",
    line="library",
    type_code="111000000009999936001",
    type_code_is_placeholder=True,
    holder="person",
    many_holders=True,
    face=(
        FaceField("reading_room", "阅览室"),
        FaceField("evenings", "夜间开放"),
        FaceField("family", "家庭成员", columns=(FaceField("name", "姓名"), FaceField("relation", "关系"))),
    ),
)
kinds.register(LIBRARY_CARD)


@pytest.fixture(autouse=True)
def keys(tmp_path, settings):
    settings.ONEDOOR_KEYS_DIR = tmp_path / "keys"
    settings.ONEDOOR_FILES_DIR = tmp_path / "files"
    settings.ONEDOOR_PUBLIC_URL = "https://onedoor.test"
    crypto.create_missing_keys(tmp_path / "keys")
    cache.clear()  # status lists are kept for some seconds


@pytest.fixture
def person(db):
    """Return a function that makes a person of this name."""

    def make(name: str) -> Person:
        return Person.objects.create(
            name=name, sex="2", id_number="synthetic", id_index=f"index of {name}", recorded_at=AT, recorded_by="测试"
        )

    return make


@pytest.fixture
def reader(person):
    return person("欧阳晓娜")


@pytest.fixture
def issuer(db):
    place = Division.objects.create(code=CHAOYANG, name="朝阳区", full_name="北京市朝阳区", level=4, source="测试")
    row = Organization.objects.create(
        uscc="11110105000123457D",
        name="北京市朝阳区图书馆",
        short_name="朝图",
        kind="institution",
        tier=4,
        division=place,
        recorded_at=AT,
        recorded_by="测试",
    )
    return operations.Issuer(row.pk, row.name, row.uscc)


@pytest.fixture
def officer():
    """Return a function that makes an officer of one county with the permissions it is given."""

    def make(*permissions: str, division: str = CHAOYANG, line: str = "library") -> Actor:
        return Actor(
            kind="officer",
            name="王主任",
            permissions=frozenset(permissions),
            reach=((division, f"{int(division[:6]) + 1}000000"),),
            lines=frozenset({line}),
        )

    return make


@pytest.fixture
def librarian(officer):
    return officer("cases.certify", "certificates.view")


@pytest.fixture
def director(officer):
    return officer("certificates.stop")


@pytest.fixture
def issue(reader, issuer, librarian):
    """Return a function that issues a library card; keyword arguments replace the usual ones."""

    def issue_one(**changes):
        usual = {
            "kind": "library.card",
            "holders": [operations.Holder(reader.name, person_id=reader.pk)],
            "issuer": issuer,
            "division": CHAOYANG,
            "case_number": "11010526110000001",
            "face": {"reading_room": "二层", "evenings": True, "family": [{"name": "欧阳小宝", "relation": "子"}]},
            "valid_from": date(2026, 11, 24),
            "last_valid_on": date(2027, 11, 23),
            "actor": librarian,
            "at": AT,
        }
        return operations.issue_certificate(**usual | changes)

    return issue_one


@pytest.fixture
def card(issue):
    return issue()


@pytest.fixture
def time_machine_at():
    """Return a function that sets the clock the pages look at."""
    travels = []

    def travel(moment: datetime) -> None:
        travels.append(time_machine.travel(moment, tick=False))
        travels[-1].start()

    yield travel
    for one in reversed(travels):
        one.stop()
