import getpass
import sys
from typing import Any

import pyotp
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from onedoor.platform.identity import operations
from onedoor.platform.identity.models import Division, Login, Organization
from onedoor.platform.identity.roles import ADMINISTRATORS, ROLE_NAMES
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput


class Command(BaseCommand):
    help = "开通第一批管理员（系统、安全、审计三员），打印动态口令密钥；之后的账号由他们开通"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="工号")
        parser.add_argument("name", help="姓名")
        parser.add_argument("role", choices=sorted(ADMINISTRATORS), help="、".join(sorted(ADMINISTRATORS)))
        parser.add_argument("uscc", help="所在机关的统一社会信用代码；机关尚未登记的，先用 --organization 给出名称")
        parser.add_argument("--organization", help="机关名称，首次登记时给出")
        parser.add_argument("--division", required=True, help="12 位区划代码")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                self.open(options)
        except InvalidInput as wrong:
            raise CommandError("；".join(wrong.by_field.values())) from wrong

    def open(self, options: dict[str, Any]) -> None:
        """Register the organ if it is new, open the account and appoint it; all of it or nothing."""
        actor, at = Actor.system("开通管理员"), clock.now()
        password = getpass.getpass("初始密码：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        if len(password) < 10:
            raise CommandError("初始密码至少 10 位。")
        if Login.objects.filter(username=options["username"]).exists():
            raise CommandError(f"工号 {options['username']} 已经有人用，请另取一个；忘记密码的，请安全管理员重置。")
        place = Division.objects.filter(code=options["division"]).first()
        if place is None:
            raise CommandError("没有这个区划代码，请先 load_divisions，再核对 12 位代码。")
        organ = Organization.objects.filter(uscc=options["uscc"]).first()
        if organ is None and not options["organization"]:
            raise CommandError("还没有登记这个机关，请加上 --organization 机关名称。")
        if organ is None:
            organ = operations.register_organization(
                uscc=options["uscc"],
                name=options["organization"],
                short_name=options["organization"][:8],
                kind="organ",
                tier=place.level,
                division=options["division"],
                parent_id=None,
                phone="",
                actor=actor,
                at=at,
            )
        secret = pyotp.random_base32()
        login = operations.open_officer_login(
            username=options["username"],
            name=options["name"],
            password=password,
            one_time_secret=secret,
            actor=actor,
            at=at,
        )
        operations.appoint_officer(
            login_id=login.pk,
            organization_id=organ.pk,
            role=options["role"],
            division=options["division"],
            lines=[],
            valid_from=clock.today(),
            actor=actor,
            at=at,
        )
        self.stdout.write(f"{ROLE_NAMES[options['role']]} {options['username']} 已开通。动态口令密钥：{secret}")
