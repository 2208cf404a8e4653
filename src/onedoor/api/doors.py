"""Who may call an operation, asked before anything the caller sent is read. Deny by default: an operation names its door."""

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.utils import check_csrf

from onedoor.platform.identity import clients
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.roles import SCOPES
from onedoor.platform.kernel import clock, limits
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotAllowed, NotLoggedIn, OneDoorError
from onedoor.platform.kernel.replays import SAFE_METHODS

SESSION, SYSTEM = "session", "system"  # the names of the two ways in, in the specification
BEARER = "bearer "


class CsrfFailed(OneDoorError):
    code, http_status, message = (
        "onedoor.csrf",
        403,
        "请求缺少防伪令牌：浏览器会话的写入请带上请求头 X-CSRFToken（取自 csrftoken）。",
    )


class PasswordToChange(OneDoorError):
    code, http_status, message = "identity.password_to_change", 403, "请先在网页上修改密码，再使用接口。"


@dataclass(frozen=True)
class Limit:
    """How often one address may knock in a minute; a page and an operation that do the same share the count."""

    name: str
    most: int


@dataclass(frozen=True)
class Door:
    """
    `kind` is who comes in: anybody, a person (群众), an officer, or whoever has logged in.

    An officer needs one of `permissions`, where there are any. A system with a token comes in where `scopes` are named
    and it has one of them. At a door for `applicants` an officer who helps somebody at the window acts as that person
    (帮办). It stands where the pages let them do so (`APPLYING`), and nowhere else: what a person may give away, a right to
    be heard, a case, a promise, is theirs alone.
    """

    kind: str
    permissions: frozenset[str] = frozenset()
    scopes: tuple[str, ...] = ()
    applicants: bool = False
    limit: Limit | None = None

    def __call__(self, request: HttpRequest) -> bool:
        """
        Let the caller in and put who acts on the request.

        :raises OneDoorError: who it is is not known, or it is not for them.
        """
        actor = self._who(request)
        request.actor = actor  # type: ignore[attr-defined]
        if self.kind != "anybody":
            self._check(actor)
        if self.limit is not None and actor.kind == "anonymous":
            limits.knock(self.limit.name, request.META["REMOTE_ADDR"], most=self.limit.most, at=clock.wall())
        return True

    def _who(self, request: HttpRequest) -> Actor:
        token = bearer_of(request)
        if token is not None:  # whoever shows a token comes as that system, whatever cookies there are
            return _system(token, request)
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if actor.kind == "anonymous":
            return actor
        actor = copy(actor)  # what the lazy object of the request stands for, which has been read by now
        filing = identity.assisted_filing(actor=actor, at=clock.now()) if self.applicants else None
        acting = identity.assisted_person(filing=filing, actor=actor, at=clock.now()) if filing else actor
        request.actor = acting  # type: ignore[attr-defined]  # before a form is read: its files are charged to whose they are
        if request.method not in SAFE_METHODS and check_csrf(request) is not None:
            raise CsrfFailed
        if getattr(request.user, "must_change_password", False):
            raise PasswordToChange
        return acting

    def _check(self, actor: Actor) -> None:
        if actor.kind == "anonymous":
            raise NotLoggedIn
        if is_system(actor):
            self._check_system(actor)
        if self.kind == "person" and actor.person_id is None:
            raise NotAllowed
        if self.kind == "officer":
            if actor.kind != "officer":
                raise NotAllowed
            if self.permissions:
                actor.require_one_of(*self.permissions)

    def _check_system(self, actor: Actor) -> None:
        """Deny by default: a system comes in nowhere but where one of its scopes is named."""
        if not self.scopes:
            raise NotAllowed
        actor.require_one_of(*frozenset().union(*(SCOPES[name] for name in self.scopes)))

    @property
    def security(self) -> list[dict[str, list[str]]]:
        """How a caller shows who they are, as the specification says it; an empty way is nobody in particular."""
        if self.kind == "anybody":
            return [{}, {SESSION: []}, {SYSTEM: []}]
        return [{SESSION: []}, *({SYSTEM: [name]} for name in self.scopes)]


def anybody(*, most: int = 0, name: str = "", applicants: bool = False) -> Door:
    """Open to everybody; with `most`, only so often a minute for one address that has not logged in."""
    return Door("anybody", limit=Limit(name, most) if most else None, applicants=applicants)


def officer(*permissions: str) -> Door:
    """For officers, and for systems as far as a scope gives one of the permissions."""
    scopes = tuple(name for name, given in SCOPES.items() if given & set(permissions))
    return Door("officer", frozenset(permissions), scopes)


person = Door("person")
applicant = Door("person", applicants=True)
somebody = Door("somebody")  # who may see it is the query's matter
somebody_applying = Door("somebody", applicants=True)
reader = Door("somebody", scopes=("cases.read",))  # the applicant's side, officers, systems: the query knows
reader_applying = Door("somebody", scopes=("cases.read",), applicants=True)


def bearer_of(request: HttpRequest) -> str | None:
    """Return the token a request shows (RFC 6750 section 2.1), None if it shows none."""
    header = request.headers.get("Authorization", "")
    return header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else None


def _system(token: str, request: HttpRequest) -> Actor:
    actor = clients.actor_of_token(token=token, address=request.META["REMOTE_ADDR"], at=clock.now())
    most = settings.ONEDOOR_API_CALLS_PER_MINUTE
    limits.knock("api.system", str(actor.login_id), most=most, at=clock.wall())
    return actor


def is_system(actor: Actor) -> bool:
    """Tell whether a system acts, with a token, and no human."""
    return actor.kind == "officer" and actor.channel == "api"


def caller(request: HttpRequest) -> Actor:
    """Return who acts, once the door has let them in."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


def looked_for(request: HttpRequest, person: int) -> int | None:
    """
    Return whose matters are asked for, None for one's own; that another's were asked for is recorded, also where the room
    then refuses to show them.
    """
    if not person:
        return None
    identity.record_look_for(person_id=person, **who(request))
    return person


def who(request: HttpRequest) -> dict[str, Any]:
    """Return the two arguments of every operation."""
    return {"actor": caller(request), "at": clock.now()}
