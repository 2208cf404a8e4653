"""Organs and officers for every county and township that cases are invented for."""

from datetime import date, datetime

from onedoor.demonstration.cast import credit_code
from onedoor.demonstration.generation.plans import Officer, Place, Town
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Division, Login, Organization, Post

BEGUN = date(2026, 1, 1)
TOWN_ROLES = ("intake_clerk", "surveyor", "surveyor", "reviewer")
NAMES = ("陈晓", "林敏", "吴涛", "周静", "徐杰", "孙丽", "胡斌", "朱琳")


def counties(*, within: str, on: date) -> list[Division]:
    """Return the counties below a division ("" for the whole country) that have townships, in order of their codes."""
    reach = identity.reach_of(within, on=on) if within else [("000000000000", "999999999999")]
    found = Division.objects.filter(level=4, children__level=5, in_force_to__isnull=True).distinct().order_by("code")
    return [one for one in found if any(low <= one.code < high for low, high in reach)]


def furnish(places: list[Division], *, at: datetime) -> list[Place]:
    """Give each county and township an organ and officers where it has none yet, and return them all."""
    codes = [place.code for place in places]
    towns = list(Division.objects.filter(parent_id__in=codes, level=5, in_force_to__isnull=True).order_by("code"))
    _open_organs([(place, 4, None) for place in places], at)
    county_organs = {organ.division_id: organ for organ in Organization.objects.filter(division_id__in=codes, tier=4)}
    _open_organs([(town, 5, county_organs[str(town.parent_id)].pk) for town in towns], at)
    town_organs = {
        organ.division_id: organ
        for organ in Organization.objects.filter(tier=5, division__parent_id__in=codes).order_by("-pk")
    }
    wanted: list[tuple[Organization, tuple[str, ...]]] = [(county_organs[code], ("approver",)) for code in codes]
    wanted += [(town_organs[town.code], TOWN_ROLES) for town in towns]
    officers = _appoint(wanted, at)
    below: dict[str, list[Town]] = {}
    for town in towns:
        organ = town_organs[town.code]
        below.setdefault(str(town.parent_id), []).append(Town(town.code, town.name, organ.pk, officers[organ.pk]))
    return [
        Place(
            place.code,
            place.name,
            county_organs[place.code].uscc,
            county_organs[place.code].pk,
            officers[county_organs[place.code].pk][0],
            tuple(below[place.code]),
        )
        for place in places
    ]


def _open_organs(wanted: list[tuple[Division, int, int | None]], at: datetime) -> None:
    codes = [division.code for division, _, _ in wanted]
    tiers = {tier for _, tier, _ in wanted}
    present = set(
        Organization.objects.filter(division_id__in=codes, tier__in=tiers).values_list("division_id", flat=True)
    )
    Organization.objects.bulk_create(
        [
            Organization(
                uscc=credit_code("11", division.code, "MB100001" if tier == 4 else f"MT{division.code[6:9]}001"),
                name=division.full_name + ("民政局" if tier == 4 else "人民政府"),
                short_name=division.name[:4] + ("民救" if tier == 4 else "政救"),
                kind="organ" if tier == 4 else "township",
                tier=tier,
                division=division,
                parent_id=parent,
                recorded_at=at,
                recorded_by="演示数据",
            )
            for division, tier, parent in wanted
            if division.code not in present
        ],
        batch_size=1000,
    )


def _appoint(wanted: list[tuple[Organization, tuple[str, ...]]], at: datetime) -> dict[int, tuple[Officer, ...]]:
    """Return the officers of each organ in the order of the roles, appointing those that are missing."""
    organs = {organ.pk: organ for organ, _ in wanted}
    held = _posts(organs)
    reaches = identity.reaches_of((organ.division_id for organ in organs.values()), on=at.date())
    logins, places = [], []
    for number, (organ, roles) in enumerate(wanted):
        for place in range(len(roles)):
            if place < len(held.get(organ.pk, ())):
                continue
            name = f"{NAMES[(number + place) % len(NAMES)]}{'甲乙丙丁'[place]}"
            # "!" is a password nobody has: these officers act in the past only.
            username = f"{organ.division_id}-{place}"
            logins.append(Login(username=username, kind=Login.Kind.OFFICER, name=name, password="!", created_at=at))
            places.append((organ, roles[place]))
    Login.objects.bulk_create(logins, batch_size=1000)
    Post.objects.bulk_create(
        [
            Post(
                login=login,
                organization=organ,
                role=role,
                division_id=organ.division_id,
                lines=[],
                reach=[list(pair) for pair in reaches[organ.division_id]],
                valid_from=BEGUN,
                recorded_at=at,
                recorded_by="演示数据",
            )
            for login, (organ, role) in zip(logins, places, strict=True)
        ],
        batch_size=1000,
    )
    return {organ: tuple(row) for organ, row in _posts(organs).items()}


def _posts(organs: dict[int, Organization]) -> dict[int, list[Officer]]:
    order = {role: place for place, role in enumerate((*TOWN_ROLES, "approver"))}
    held: dict[int, list[Officer]] = {}
    posts = Post.objects.filter(organization_id__in=list(organs), role__in=list(order)).select_related("login")
    for post in sorted(posts, key=lambda one: (order[one.role], one.pk)):
        organ = organs[post.organization_id]
        if organ.tier == 4 and post.role != "approver":
            continue
        held.setdefault(organ.pk, []).append(
            Officer(post.login_id, post.pk, post.login.name, post.role, organ.pk, organ.name)
        )
    return held
