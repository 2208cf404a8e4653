"""
Posts on Weibo: statuses/share, statuses/destroy, statuses/user_timeline, statuses/count, each by the token of its account.

statuses/share takes `status` with an address of the site that was declared to Weibo. Weibo tells how often a post was
passed on, answered and liked, not how often it was read.
"""

from datetime import datetime
from typing import Any

import httpx
from django.conf import settings

from onedoor.platform.messages.media import Credentials, Done, NotNow, Post, Refused
from onedoor.platform.messages.providers import outside

BUSY = (10001, 10009, 10010, 10022, 10023, 10024)  # system error, too busy, too often
REPEATED = (20019, 20017)  # the same words were posted already
GONE = (20101,)  # there is no such post
NAMES = {"reposts": "share", "comments": "comment", "attitudes": "like"}


class Weibo:
    def publish(self, account: Credentials, post: Post, remote: dict[str, Any], at: datetime) -> Done:
        if "asked" not in remote:
            return Done(remote | {"asked": True})  # written down first: from here on it may stand outside
        if found := self._find(account, post.address):
            return Done(remote | found, is_last=True)
        told = {"status": post.text}
        answer = self._call(account, "POST", "/2/statuses/share.json", told, fine=REPEATED)
        if "idstr" not in answer:  # it is there, its number was lost
            found = self._find(account, post.address)
            if not found:
                raise NotNow("微博说已发过，但还查不到")
            return Done(remote | found, is_last=True)
        return Done(remote | {"id": answer["idstr"]}, is_last=True)

    def remove(self, account: Credentials, post: Post, remote: dict[str, Any], at: datetime) -> Done:
        found = {"id": remote["id"]} if "id" in remote else self._find(account, post.address)
        if found:
            self._call(account, "POST", "/2/statuses/destroy.json", {"id": found["id"]}, fine=GONE)
        return Done(remote | found, is_last=True)

    def figures(self, account: Credentials, remote: dict[str, Any], at: datetime) -> dict[str, int]:
        rows: Any = self._call(account, "GET", "/2/statuses/count.json", {"ids": remote.get("id", "")})
        rows = rows if isinstance(rows, list) else []
        return {ours: int(rows[0][theirs]) for theirs, ours in NAMES.items() if rows and theirs in rows[0]}

    def _find(self, account: Credentials, address: str) -> dict[str, Any]:
        """Return the post that names our page, {} where there is none."""
        told = {"uid": account.app_id, "count": 100, "trim_user": 1}
        answer = self._call(account, "GET", "/2/statuses/user_timeline.json", told)
        for one in answer.get("statuses", []):
            if address in one.get("text", ""):
                return {"id": one["idstr"]}
        return {}

    def _call(
        self, account: Credentials, method: str, path: str, told: dict[str, Any], *, fine: tuple[int, ...] = ()
    ) -> dict[str, Any]:
        """:raises NotNow, Refused: what Weibo says is neither a success nor `fine`."""
        sent = {**told, "access_token": account.secret}
        where: dict[str, Any] = {"data": sent} if method == "POST" else {"params": sent}
        try:
            answer = outside.client().request(method, f"{settings.ONEDOOR_WEIBO_URL}{path}", **where)
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise NotNow(type(error).__name__) from error
        code = int(content.get("error_code", 0)) if isinstance(content, dict) else 0
        if (code == 0 and answer.status_code == 200) or code in fine:
            return content  # type: ignore[no-any-return]
        if code in BUSY or not code:
            raise NotNow(f"error_code {code}, status {answer.status_code}")
        raise Refused(f"微博不接收（error_code {code}），请核对授权是否到期。")
