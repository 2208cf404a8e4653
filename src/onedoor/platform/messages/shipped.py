"""
The templates that come with the code: each room tells in a YAML file what it may say, with which variables, and how urgent.

The file is the closed list: a template of the table may use the variables told here and no others. Words changed at a
site are versions in the table; these are the first of them.
"""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from onedoor.platform.messages import rules

Channel = Literal["inbox", "sms", "email", "wechat", "push"]
GENERAL = "messages.notice"  # what leaves the house where a template has no words of its own for a channel


class Template(BaseModel):
    """What one notice is about, and the words it is shipped with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z]+\.[a-z_]+$")
    title: str
    kind: Literal["case", "account", "family", "reminder", "news"]
    required: bool = False  # the law wants the person told, so somebody tells them if no machine can
    urgent: bool = False  # not held back at night
    despite_death: bool = False  # a neutral word about the record of that very death
    variables: dict[str, str] = {}
    personal: frozenset[str] = frozenset()
    texts: dict[Channel, str]

    def faults(self) -> list[str]:
        """Return what would keep a shipped text from being reviewed."""
        found = []
        for channel, text in self.texts.items():
            found += rules.faults_of(text, channel=channel, known=self.variables, personal=self.personal)
            found += rules.sensitive_in(text, channel=channel, personal=self.personal)
        return found


_templates: dict[str, Template] = {}


def register(path: Path) -> None:
    """
    Take a room's templates; called from `AppConfig.ready`.

    :raises ValueError: a template that could not be approved, or one that another file has.
    """
    for row in yaml.safe_load(path.read_text(encoding="utf-8")):
        template = Template.model_validate(row)
        if faults := template.faults():
            raise ValueError(f"{path.name}: {template.code}: {faults}")
        if _templates.get(template.code, template) != template:
            raise ValueError(f"{path.name}: {template.code} stands elsewhere already")
        _templates[template.code] = template


def find(code: str) -> Template | None:
    return _templates.get(code)


def every() -> list[Template]:
    """Return all templates, those of a kind together."""
    order = [kind.code for kind in rules.KINDS]
    return sorted(_templates.values(), key=lambda one: (order.index(one.kind), one.code))
