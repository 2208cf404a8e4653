"""A permission means something: each that a role gives is asked for, each that is asked for is some role's."""

import re

from tests.docs.pages import source_files

from onedoor.platform.identity.roles import PERMISSIONS

NAME = re.compile(r'"([a-z]+\.[a-z_]+)"')
# Asked of the machine alone, which may everything: no role gives them.
OF_THE_MACHINE = {
    *("cases.machine", "certificates.machine", "files.machine"),
    *("cases.report_findings", "exchange.ask", "exchange.read", "messages.send"),
    *(
        "audit.guard",
        "identity.verify",
        "keys.rotate",
        "supervision.raise",
        "feedback.invite",
        "payments.settle",
        "network.receive",
        "recognition.machine",
    ),
}


def asked() -> set[str]:
    """Return what stands in quotes and could be a permission, outside the roles themselves."""
    texts = (path.read_text(encoding="utf-8") for path in source_files() if path.name != "roles.py")
    return {name for text in texts for name in NAME.findall(text)}


def required() -> set[str]:
    """Return what an actor is asked for by name."""
    found = re.compile(r'actor\.(?:may|require)\(\s*"([a-z]+\.[a-z_]+)"')
    return {name for path in source_files() for name in found.findall(path.read_text(encoding="utf-8"))}


def test_every_permission_of_a_role_is_asked_for_somewhere() -> None:
    assert sorted(set().union(*PERMISSIONS.values()) - asked()) == []


def test_every_permission_asked_for_is_given_by_a_role_or_the_machines() -> None:
    assert sorted(required() - set().union(*PERMISSIONS.values())) == sorted(OF_THE_MACHINE)
