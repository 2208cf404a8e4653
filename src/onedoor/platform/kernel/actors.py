"""Who acts: a login together with the post in use, its reach, the channel and how surely the person is known."""

from dataclasses import dataclass, field, replace
from typing import Literal

from onedoor.platform.kernel.errors import AssuranceTooLow, IdentityUnchecked, NotAllowed, NotAtMachine, NotLoggedIn

Channel = Literal["web", "window", "kiosk", "hotline", "wechat", "api", "system"]
CHANNEL_NAMES = {
    "web": "网上",
    "window": "窗口",
    "kiosk": "自助终端",
    "hotline": "热线",
    "wechat": "微信",
    "api": "接口",
    "system": "系统",
}
CodeRange = tuple[str, str]  # half-open: start <= code < end, 12-digit codes
# How surely a person is known (real-name levels of the national standard of unified identity).
MATCHED = 2  # name and number agree with the population register
PROVED = 3  # the person themselves, by two proofs: what has effect in law
EVERYWHERE: tuple[CodeRange, ...] = (("", "~"),)


@dataclass(frozen=True)
class Actor:
    """
    The acting person or machine, passed to every operation and query.

    A citizen has a `person_id` and no permissions; an officer has the permissions of one post within its `reach`;
    the machine (`Actor.system`) has every permission everywhere and is named in the audit record.
    """

    kind: Literal["anonymous", "citizen", "officer", "system"]
    name: str  # shown in a case's history: an officer's name, "系统", or "" for a citizen
    login_id: int | None = None
    person_id: int | None = None
    post_id: int | None = None
    organization_id: int | None = None
    organization_name: str = ""
    role: str = ""
    division: str = ""  # the place the post in use is for, 12 digits; what lies within is `reach`
    permissions: frozenset[str] = frozenset()
    reach: tuple[CodeRange, ...] = ()
    lines: frozenset[str] = frozenset()  # business lines such as "assistance"; empty means every line
    own_person_id: int | None = None  # an officer's own record among the persons: one does not act in one's own case
    assurance: int = 0  # real-name level 0..4
    identity_check: int | None = None  # the look at the document of whoever is helped at the window
    channel: Channel = "web"
    machine: str = ""  # the number of the registered self-service terminal at which somebody stands
    service_point_id: int | None = None  # the hall that terminal stands in
    address: str = field(default="", repr=False)  # network address, for the audit record only
    device: str = field(default="", repr=False)  # a short hash of what the browser calls itself, likewise

    @classmethod
    def system(cls, name: str) -> "Actor":
        """Return the machine itself; `name` says which duty of it is at work."""
        return cls(kind="system", name=f"系统（{name}）", role=name, reach=EVERYWHERE, channel="system", assurance=4)

    @classmethod
    def anonymous(cls) -> "Actor":
        return cls(kind="anonymous", name="")

    def unnamed(self) -> "Actor":
        """Return nobody, by the same channel: whom the record names where a citizen is to stay unknown."""
        return replace(Actor.anonymous(), channel=self.channel)

    @property
    def is_assisted(self) -> bool:
        """Tell whether a person acts through an officer at the window (帮办)."""
        return self.kind == "citizen" and self.post_id is not None

    def may(self, permission: str, *, division: str, line: str = "") -> bool:
        """Tell whether this actor may do `permission` for something in `division` (12 digits) of a business line."""
        if self.kind == "system":
            return True
        if permission not in self.permissions:
            return False
        if line and self.lines and line not in self.lines:
            return False
        return self.reaches(division)

    def require(self, permission: str, *, division: str, line: str = "") -> None:
        """:raises NotAllowed: the post in use does not cover this permission for this division and line."""
        if not self.may(permission, division=division, line=line):
            raise NotAllowed

    def require_one_of(self, *permissions: str) -> None:
        """:raises NotAllowed: the post in use has none of these permissions anywhere; rows are scoped by the query."""
        if self.kind != "system" and not self.permissions & set(permissions):
            raise NotAllowed

    def require_person(self) -> int:
        """:raises NotLoggedIn: nobody has logged in, or a machine acts; a person has to."""
        if self.person_id is None:
            raise NotLoggedIn
        return self.person_id

    def require_level(self, level: int) -> None:
        """
        Let a person whose real-name level is high enough; officers and the machine act under a permission instead.

        :raises AssuranceTooLow: the level in this session is lower; a second proof, or the window, raises it.
        :raises IdentityUnchecked: at the window the officer has not looked at the person's document yet.
        """
        if self.kind in ("anonymous", "citizen") and self.assurance < level:
            unchecked = self.is_assisted and self.identity_check is None
            raise (IdentityUnchecked if unchecked else AssuranceTooLow)(level)

    def require_login(self) -> int:
        """:raises NotLoggedIn: nobody has logged in."""
        if self.login_id is None:
            raise NotLoggedIn
        return self.login_id

    def require_machine(self) -> int:
        """
        Return the hall in which the machine stands that somebody uses.

        :raises NotAtMachine: they are at no registered machine.
        """
        if self.service_point_id is None:
            raise NotAtMachine
        return self.service_point_id

    def require_post(self) -> int:
        """:raises NotAllowed: no post is in use."""
        if self.post_id is None:
            raise NotAllowed
        return self.post_id

    def reaches(self, division: str) -> bool:
        return any(start <= division < end for start, end in self.reach)
