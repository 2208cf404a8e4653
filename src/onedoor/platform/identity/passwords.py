"""What an officer's password has to be: ten characters of three classes, not one of the last five (MLPS level 3)."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from onedoor.platform.identity.models import FormerPassword, Login
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.parameters import figure

CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
NEEDED = 3
REMEMBERED = 5
ROTATION = "identity.password_days"


class ThreeClasses:
    """Django's password validator for officers: lower case, upper case, digits, signs, three of the four."""

    def validate(self, password: str, user: Any = None) -> None:
        if getattr(user, "kind", "") != Login.Kind.OFFICER:
            return
        if sum(bool(re.search(one, password)) for one in CLASSES) < NEEDED:
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        return "工作人员的密码须含大写字母、小写字母、数字、符号中的至少三种。"


class NotUsedBefore:
    """Django's password validator for officers: not the present password and none of the last five."""

    def validate(self, password: str, user: Any = None) -> None:
        if getattr(user, "kind", "") != Login.Kind.OFFICER or user.pk is None:
            return
        recent = user.former_passwords.order_by("-pk").values_list("digest", flat=True)[:REMEMBERED]
        if any(check_password(password, digest) for digest in [user.password, *recent]):
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        return f"不能使用最近 {REMEMBERED} 次用过的密码。"


def remember(login: Login, at: datetime) -> None:
    """Keep the digest of an officer's present password before it is changed; older ones than needed are thrown away."""
    if login.kind != Login.Kind.OFFICER or not login.has_usable_password():
        return
    FormerPassword.objects.create(login=login, digest=login.password, set_at=login.password_set_at or at)
    kept = login.former_passwords.order_by("-pk").values_list("pk", flat=True)[:REMEMBERED]
    login.former_passwords.exclude(pk__in=list(kept)).delete()


def must_rotate(login: Login, *, on: date) -> bool:
    """Tell whether an officer's password is too old: 90 days, or the parameter `identity.password_days`."""
    if login.kind != Login.Kind.OFFICER:
        return False
    days = figure(ROTATION, chain=["000000000000"], on=on)
    return day_of(login.password_set_at or login.created_at) + timedelta(days=days) <= on
