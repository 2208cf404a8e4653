"""The four departments of the first errand, each with a format of its own."""

import json
from datetime import date
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree

from onedoor.platform.exchange.connectors import (
    Answer,
    Connector,
    GarbledAnswer,
    Outgoing,
    Question,
)
from onedoor.platform.exchange.datasets import DataField, LegalClass


def _json(body: bytes, encoding: str = "utf-8") -> dict[str, Any]:
    try:
        content = json.loads(body.decode(encoding))
    except ValueError as error:
        raise GarbledAnswer("not JSON") from error
    if not isinstance(content, dict):
        raise GarbledAnswer("not an object")
    return content


def _ask_json(path: str, encoding: str = "utf-8") -> Any:
    def encode(question: Question) -> Outgoing:
        body = json.dumps(vars(question), ensure_ascii=False).encode(encoding)
        return Outgoing(path, f"application/json; charset={encoding}", body)

    return encode


def _household(body: bytes) -> Answer:
    """Police: {"asOf", "household": {"number", "address", "members": [{"name", "idNumber", "relation"}]}}."""
    content = _json(body)
    try:
        household = content.get("household")
        as_of = date.fromisoformat(content["asOf"])
        if not household:
            return Answer([], as_of)
        members = [
            {"name": member["name"], "id_number": member["idNumber"], "relation": member["relation"]}
            for member in household["members"]
        ]
        return Answer([{"number": household["number"], "address": household["address"], "members": members}], as_of)
    except (KeyError, TypeError, ValueError) as error:
        raise GarbledAnswer("household fields missing") from error


def _ask_houses(question: Question) -> Outgoing:
    fields = "".join(
        f"<{name}>{value}</{name}>"
        for name, value in (
            ("RequestId", question.request_id),
            ("IdNumber", question.id_number),
            ("Purpose", question.purpose),
            ("CaseNumber", question.case_number),
            ("Consent", question.consent),
        )
    )
    return Outgoing("/ownership", "application/xml; charset=utf-8", f"<Query>{fields}</Query>".encode())


def _houses(body: bytes) -> Answer:
    """Housing: <Answer AsOf="…"><House Area="56.20" Address="…" Since="…"/></Answer>."""
    try:
        root = ElementTree.fromstring(body)
        rows = [
            {"address": house.attrib["Address"], "area": house.attrib["Area"], "since": house.attrib["Since"]}
            for house in root.findall("House")
        ]
        return Answer(rows, date.fromisoformat(root.attrib["AsOf"]))
    except (ParseError, KeyError, ValueError) as error:
        raise GarbledAnswer("not an ownership answer") from error


def _vehicles(body: bytes) -> Answer:
    """Vehicles, in GB 18030: {"数据日期", "车辆": [{"号牌", "车型", "状态", "登记日期"}]}."""
    content = _json(body, "gb18030")
    try:
        rows = [
            {"plate": row["号牌"], "model": row["车型"], "status": row["状态"], "since": row["登记日期"]}
            for row in content["车辆"]
        ]
        return Answer(rows, date.fromisoformat(content["数据日期"]))
    except (KeyError, TypeError, ValueError) as error:
        raise GarbledAnswer("vehicle fields missing") from error


def _balances(body: bytes) -> Answer:
    """Banks: {"state": "done", "as_of", "accounts": [{"bank", "balance"}]}; fetched with a ticket."""
    content = _json(body)
    try:
        rows = [{"bank": row["bank"], "balance": str(row["balance"])} for row in content["accounts"]]
        return Answer(rows, date.fromisoformat(content["as_of"]))
    except (KeyError, TypeError, ValueError) as error:
        raise GarbledAnswer("balance fields missing") from error


def _ticket(body: bytes) -> str:
    return str(_json(body)["ticket"])


def _fields(legal_class: LegalClass, **titles: tuple[str, str]) -> dict[str, DataField]:
    return {code: DataField(title, english, legal_class) for code, (title, english) in titles.items()}


CONNECTORS = (
    Connector(
        code="police.household",
        department="公安机关",
        title="户籍信息",
        fields=_fields(
            LegalClass.PERSONAL,
            number=("户号", "Household number"),
            address=("户籍地址", "Registered address"),
            members=("同户人员", "Members of the household"),
        ),
        needs_consent=False,
        encode=_ask_json("/household"),
        decode=_household,
    ),
    Connector(
        code="housing.ownership",
        department="不动产登记机构",
        title="不动产登记信息",
        fields=_fields(
            LegalClass.PERSONAL,
            address=("房屋坐落", "Address"),
            area=("建筑面积", "Floor area"),
            since=("登记日期", "Registered on"),
        ),
        needs_consent=True,
        encode=_ask_houses,
        decode=_houses,
    ),
    Connector(
        code="vehicles.registration",
        department="公安交管部门",
        title="机动车登记信息",
        fields=_fields(
            LegalClass.PERSONAL,
            plate=("号牌", "Plate"),
            model=("车型", "Type"),
            status=("状态", "Status"),
            since=("登记日期", "Registered on"),
        ),
        needs_consent=True,
        encode=_ask_json("/vehicles", "gb18030"),
        decode=_vehicles,
    ),
    Connector(
        code="banks.balance",
        department="银行业金融机构",
        title="存款信息",
        fields=_fields(LegalClass.SENSITIVE, bank=("银行", "Bank"), balance=("余额", "Balance")),
        needs_consent=True,
        encode=_ask_json("/balances"),
        decode=_balances,
        ticket=_ticket,
    ),
)
