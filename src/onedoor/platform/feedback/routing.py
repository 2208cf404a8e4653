"""Where a complaint goes, and who may never see it."""

from collections.abc import Collection, Iterator
from datetime import date

from onedoor.platform.feedback.models import BadReview, Complaint, ReportAccess
from onedoor.platform.feedback.posting import roles_with
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization, Post
from onedoor.platform.identity.queries.death_offices import organs_above
from onedoor.platform.identity.queries.organizations import in_force
from onedoor.platform.identity.queries.posts import held

HANDLE, RECHECK = "complaints.handle", "feedback.recheck"
SHORTEST_NAME = 2


def handler_of(organ: Organization, *, on: date, but: frozenset[int] = frozenset()) -> int | None:
    """
    Return the organ that looks into complaints of another one: its superior, or else an organ of a higher tier that is
    competent for the place, which has somebody to do so. None where there is none here.
    """
    for found in _above(organ, on):
        if found != organ.pk and found not in but and _has_somebody(found, organ.division_id, on):
            return found
    return None


def senior_of(organ: Organization, *, on: date, but: Collection[int]) -> int | None:
    """
    Return the organ whose officer takes a ticket: above the unit that refused, or else the unit itself, where somebody
    who had no hand in it stands above its windows. A ticket asks for help, it is sealed from nobody but those hands.
    """
    for found in (*_above(organ, on), organ.pk):
        if _has_somebody(found, organ.division_id, on, but):
            return found
    return None


def rechecker_of(review: BadReview, *, on: date, but: Collection[int]) -> int | None:
    """
    Return the organ whose officer decides an appeal: the superior, or where nobody there may, the next one further up that
    has somebody in the post who had no part in it. None where nobody stands anywhere above.
    """
    kept = {*but, *review.recusals.values_list("login_id", flat=True)}
    for found in _above(review.organization, on):
        if _has_somebody(found, review.division, on, kept, permission=RECHECK, line=review.line):
            return found
    return None


def somebody_rechecks(review: BadReview, *, on: date, but: Collection[int]) -> bool:
    """Tell whether anybody may decide an appeal: of an organ without a superior here any supervisor of the place does."""
    if rechecker_of(review, on=on, but=but) is not None:
        return True
    if review.organization.parent_id is not None:
        return False
    kept = {*but, *review.recusals.values_list("login_id", flat=True)}
    posts = Post.objects.filter(held(on), role__in=[one for one in roles_with(RECHECK) if one != "approver"])
    return any(_covers(post, review.division, review.line) for post in posts.exclude(login_id__in=kept))


def can_take(complaint: Complaint, organ: Organization, *, on: date) -> bool:
    """
    Tell whether somebody at another organ may see a complaint once it is there: handed on to nobody it is lost for good.

    The organs below the unit complained of are no others.
    """
    if complaint.organization_id in organs_above(organ.pk):
        return False
    posts = Post.objects.filter(held(on), organization=organ)
    if complaint.kind == Complaint.Kind.REPORT:
        posts = posts.filter(pk__in=ReportAccess.objects.filter(ended_at=None).values("post"))
    else:
        posts = posts.filter(role__in=roles_with(HANDLE))
    of_the_unit = Post.objects.filter(held(on), organization=complaint.organization_id).values("login")
    able = posts.exclude(login__in=of_the_unit).exclude(login__in=hands_of(complaint))
    return any(start <= complaint.division < end for post in able for start, end in post.reach)


def named_in(text: str, organ: Organization, *, on: date) -> set[int]:
    """Return the officers of a unit, and of those above it, whose names stand in a text: they are kept from it at once."""
    organs = {organ.pk, *_above(organ, on)}
    posts = Post.objects.filter(held(on), organization_id__in=organs).values_list("login_id", "login__name")
    return {login for login, name in posts if len(name) >= SHORTEST_NAME and name in text}


def hands_of(complaint: Complaint) -> set[int]:
    return set(complaint.recusals.values_list("login_id", flat=True))


def _above(organ: Organization, on: date) -> Iterator[int]:
    yield from organs_above(organ.pk)[1:]
    chain = identity.chain(organ.division_id)
    higher = Organization.objects.filter(in_force(on), division_id__in=chain, tier__lt=organ.tier)
    for found in sorted(higher, key=lambda one: (chain.index(one.division_id), -one.tier, one.pk)):
        yield found.pk


def _has_somebody(
    organ: int, division: str, on: date, but: Collection[int] = (), *, permission: str = HANDLE, line: str = ""
) -> bool:
    posts = Post.objects.filter(held(on), organization_id=organ, role__in=roles_with(permission))
    return any(_covers(post, division, line) for post in posts.exclude(login_id__in=but))


def _covers(post: Post, division: str, line: str) -> bool:
    if line and post.lines and line not in post.lines:
        return False
    return any(start <= division < end for start, end in post.reach)
