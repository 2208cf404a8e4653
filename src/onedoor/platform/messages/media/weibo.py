"""
Posts on Weibo: statuses/share, statuses/destroy, statuses/user_timeline, statuses/count, each by the token of its account.

As Weibo describes it at open.weibo.com/wiki/2/statuses/share: `status` of 140 characters with an address of the domain
that was declared to Weibo and no #topic#; `rip`, the real address of whoever posts. Error codes: open.weibo.com/wiki/Error_code.
In what it gives back, every address is a short one of t.cn: a post is known by its words before the address, and where
short_url/expand tells the address behind the short one, by that. Weibo tells how often a post was passed on, answered and
liked, not how often it was read.
"""

import html
import re
from datetime import datetime
from typing import Any

import httpx
from django.conf import settings

from onedoor.platform.messages.media import Credentials, Done, NotNow, Post, Refused
from onedoor.platform.messages.providers import outside

# system error, service away, remote error, too many tasks, expired, RPC error, too often (three ways), too many posts
BUSY = (10001, 10002, 10003, 10009, 10010, 10011, 10022, 10023, 10024, 20016)
# the same or like words were posted already; posted, but to be seen only in a minute or two
THERE = (20017, 20019, 20111, 20032)
GONE = (20101,)  # there is no such post
SHORT = re.compile(r"https?://\S+")
NAMES = {"reposts": "share", "comments": "comment", "attitudes": "like"}


class Weibo:
    def publish(self, account: Credentials, post: Post, remote: dict[str, Any], at: datetime) -> Done:
        if "asked" not in remote:
            return Done(remote | {"asked": True})  # written down first: from here on it may stand outside
        if found := self._find(account, post):
            return Done(remote | found, is_last=True)
        told = {"status": post.text, "rip": settings.ONEDOOR_WEIBO_RIP}
        answer = self._call(account, "POST", "/2/statuses/share.json", told, fine=THERE)
        if "idstr" not in answer:  # it is there, its number was lost
            found = self._find(account, post)
            if not found:
                raise NotNow("微博说已发过，但还查不到")
            return Done(remote | found, is_last=True)
        return Done(remote | {"id": answer["idstr"]}, is_last=True)

    def remove(self, account: Credentials, post: Post, remote: dict[str, Any], at: datetime) -> Done:
        found = {"id": remote["id"]} if "id" in remote else self._find(account, post)
        if found:
            self._call(account, "POST", "/2/statuses/destroy.json", {"id": found["id"]}, fine=GONE)
        return Done(remote | found, is_last=True)

    def figures(self, account: Credentials, remote: dict[str, Any], at: datetime) -> dict[str, int]:
        rows: Any = self._call(account, "GET", "/2/statuses/count.json", {"ids": remote.get("id", "")})
        rows = rows if isinstance(rows, list) else []
        return {ours: int(rows[0][theirs]) for theirs, ours in NAMES.items() if rows and theirs in rows[0]}

    def _find(self, account: Credentials, post: Post) -> dict[str, Any]:
        """Return the post that says the same and leads to our page, {} where there is none."""
        told = {"uid": account.app_id, "count": 100, "trim_user": 1}
        answer = self._call(account, "GET", "/2/statuses/user_timeline.json", told)
        for one in answer.get("statuses", []):
            text = html.unescape(str(one.get("text", "")))
            if _words(text) == _words(post.text) and self._leads_to(account, text, post.address):
                return {"id": one["idstr"]}
        return {}

    def _leads_to(self, account: Credentials, text: str, address: str) -> bool:
        """Tell whether the address in a post is ours; where Weibo does not tell what is behind it, its words decide."""
        shown = SHORT.search(text)
        if shown is None or shown[0] == address:
            return shown is not None
        try:
            answer = self._call(account, "GET", "/2/short_url/expand.json", {"url_short": shown[0]})
        except (NotNow, Refused):
            return True
        found = [str(one.get("url_long", "")) for one in answer.get("urls", []) if one.get("url_long")]
        return address in found or not found

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


def _words(text: str) -> str:
    """Return what a post says before the address."""
    return SHORT.split(text)[0].strip()
