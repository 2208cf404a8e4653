"""Which officers may look into something: those of an organ with the permission who had no hand in it."""

from collections.abc import Collection
from datetime import date

from django.db.models import Count

from onedoor.platform.cases.models import Action, Case, StepPerformer
from onedoor.platform.feedback.models import BadReview, Invitation
from onedoor.platform.identity.models import Post
from onedoor.platform.identity.queries.death_offices import organs_above
from onedoor.platform.identity.queries.posts import held
from onedoor.platform.identity.roles import PERMISSIONS

HANDLE = "feedback.handle"


def roles_with(permission: str) -> list[str]:
    """Return the roles that give a permission."""
    return [role for role, given in PERMISSIONS.items() if permission in given]


def hands_behind(asked: Invitation) -> set[int]:
    """Return the log-ins of every officer who had a hand in what is rated: they never see a bad rating of it."""
    return hands_in(asked.case) if asked.case is not None else set(asked.hands)


def hands_in(case: Case) -> set[int]:
    """Return the log-ins of every officer who has done anything in a case."""
    acted = Action.objects.filter(case=case, actor_kind="officer").values_list("login_id", flat=True)
    performed = StepPerformer.objects.filter(step__case=case).values_list("login_id", flat=True)
    return {login for login in (*acted, *performed) if login is not None}


def somebody_else(organization_id: int, *, division: str, but: Collection[int], on: date) -> Post | None:
    """Return the post that is to look into a bad rating: of this organ or the nearest above, the one with the least to do."""
    for organ in organs_above(organization_id):
        able = _able(organ, division, but, on)
        if able:
            return min(able, key=lambda post: (_open(post.login_id), post.pk))
    return None


def _able(organ: int, division: str, but: Collection[int], on: date) -> list[Post]:
    posts = Post.objects.filter(held(on), organization_id=organ, role__in=roles_with(HANDLE)).exclude(login_id__in=but)
    found = posts.select_related("login", "organization")
    return [post for post in found if any(start <= division < end for start, end in post.reach)]


def _open(login_id: int) -> int:
    waiting = BadReview.objects.filter(assigned_login=login_id).exclude(state=BadReview.State.CLOSED)
    return int(waiting.aggregate(number=Count("pk"))["number"])
