"""
Articles of WeChat official accounts: a cover and a draft, publish it, ask how it went, delete it, ask how many read it.

As WeChat describes it at developers.weixin.qq.com/doc/service/api/ (pages api_draft_add, api_uploadimage,
api_freepublish_submit, api_freepublish_get, api_freepublish_batchget, api_freepublishdelete, api_getarticletotaldetail):
a draft takes a title of 32 characters, an author of 16, a digest of 128, a content of less than 20 000 with its tags;
pictures of an article are JPEG or PNG of less than 1 MB; the figures of a day name an article by the `msg_data_id` that
freepublish/submit gave and its place ("…_1"), sums from the day of publication on, for 30 days.
"""

import html
from datetime import datetime
from typing import Any

import httpx
from django.contrib.staticfiles import finders

from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages.media import Credentials, Done, NotNow, Post, Refused
from onedoor.platform.messages.providers import wechat as wire

COVER = "parts/mark-512.png"
PAGE, MOST_PAGES = 20, 5
PUBLISHED, UNDER_WAY = 0, 1  # publish_status
FAILED = {
    2: "原创声明没有通过",
    3: "发布失败",
    4: "平台审核没有通过",
    5: "发布以后在公众号后台被删除",
    6: "发布以后被平台封禁",
}
UNAUTHORIZED = 48001
GONE = (53600, 40007)  # there is no such article, or media, any more


class OfficialAccounts:
    """Each account by its own AppID; a token is shared by whoever asks in this process."""

    def publish(self, account: Credentials, post: Post, remote: dict[str, Any], at: datetime) -> Done:
        if "publish_id" in remote:
            return self._outcome(account, remote, at)
        if "asked" in remote and (found := self._find(account, post.address, at)):
            return Done(remote | found, is_last=True)
        if "media_id" not in remote:
            article = self._with_pictures(account, post, at)
            answer = self._call(account, "/cgi-bin/draft/add", {"articles": [article]}, at)
            return Done(remote | {"media_id": answer["media_id"]})
        if "asked" not in remote:
            return Done(remote | {"asked": True})  # written down first: from here on it may stand outside
        told = {"media_id": remote["media_id"]}
        answer = self._call(account, "/cgi-bin/freepublish/submit", told, at, fine=GONE)
        if "publish_id" not in answer:  # submitted before, the answer was lost, and it is not listed yet
            raise NotNow("草稿已经提交过，还查不到文章")
        known = {name: str(answer[name]) for name in ("publish_id", "msg_data_id") if name in answer}
        return Done(remote | known | {"submitted_on": day_of(at).isoformat()})

    def _outcome(self, account: Credentials, remote: dict[str, Any], at: datetime) -> Done:
        answer = self._call(account, "/cgi-bin/freepublish/get", {"publish_id": remote["publish_id"]}, at)
        status = int(answer.get("publish_status", UNDER_WAY))
        if status == UNDER_WAY:
            raise NotNow("微信正在审核")
        if status != PUBLISHED:
            why = FAILED.get(status, "没有发布")
            raise Refused(f"微信：{why}（publish_status {status}），请到公众号后台查看。")
        items = answer.get("article_detail", {}).get("item", [])
        url = items[0].get("article_url", "") if items else ""
        return Done(remote | {"article_id": answer["article_id"], "url": url}, is_last=True)

    def remove(self, account: Credentials, post: Post, remote: dict[str, Any], at: datetime) -> Done:
        if "article_id" not in remote and "asked" in remote:
            found = self._find(account, post.address, at)
            if found:
                return Done(remote | found)
            if "publish_id" in remote:
                answer = self._call(account, "/cgi-bin/freepublish/get", {"publish_id": remote["publish_id"]}, at)
                if int(answer.get("publish_status", UNDER_WAY)) == UNDER_WAY:
                    raise NotNow("微信还没有发布完，发布以后再删")
        if "article_id" in remote:
            told = {"article_id": remote["article_id"], "index": 0}
            self._call(account, "/cgi-bin/freepublish/delete", told, at, fine=GONE)
        elif "media_id" in remote:
            self._call(account, "/cgi-bin/draft/delete", {"media_id": remote["media_id"]}, at, fine=GONE)
        return Done(remote, is_last=True)

    def figures(self, account: Credentials, remote: dict[str, Any], at: datetime) -> dict[str, int]:
        """Return how many have read and shared it until yesterday, as WeChat counts; nothing on the day itself."""
        day, number = remote.get("submitted_on"), remote.get("msg_data_id")
        if not day or not number or day >= day_of(at).isoformat():
            return {}
        answer = self._call(account, "/datacube/getarticletotaldetail", {"begin_date": day, "end_date": day}, at)
        for row in answer.get("list", []):
            if row.get("msgid") == f"{number}_1" and row.get("detail_list"):
                last = max(row["detail_list"], key=lambda one: str(one.get("stat_date", "")))
                names = {"read_user": "read", "share_user": "share"}
                return {ours: int(last[theirs]) for theirs, ours in names.items() if theirs in last}
        return {}

    def _find(self, account: Credentials, address: str, at: datetime) -> dict[str, Any]:
        """Return the article that leads back to our page, {} where there is none."""
        for number in range(MOST_PAGES):
            # no_content=1 leaves out `content`, and with it, at its word, the address by which it is found
            told = {"offset": number * PAGE, "count": PAGE, "no_content": 0}
            answer = self._call(account, "/cgi-bin/freepublish/batchget", told, at)
            for one in answer.get("item", []):
                for news in one.get("content", {}).get("news_item", []):
                    if news.get("content_source_url") == address and not news.get("is_deleted"):
                        return {"article_id": one["article_id"], "url": news.get("url", "")}
            if len(answer.get("item", [])) < PAGE:
                break
        return {}

    def _with_pictures(self, account: Credentials, post: Post, at: datetime) -> dict[str, Any]:
        """Return the article with its cover, and its pictures where WeChat keeps them: it shows none of other sites."""
        content = str(post.article["content"])
        for address, picture in post.pictures:
            files = {"media": ("picture.jpg", picture, "image/jpeg")}
            kept = self._call(account, "/cgi-bin/media/uploadimg", None, at, files=files)["url"]
            content = content.replace(f'src="{html.escape(address)}"', f'src="{html.escape(str(kept))}"')
        return post.article | {"content": content, "thumb_media_id": self._cover(account, post, at)}

    def _cover(self, account: Credentials, post: Post, at: datetime) -> str:
        """Return the first picture as WeChat's material, the mark of this site where there is none."""
        if post.pictures:
            files = {"media": ("cover.jpg", post.pictures[0][1], "image/jpeg")}
            return str(self._call(account, "/cgi-bin/material/add_material", None, at, files=files)["media_id"])
        path = finders.find(COVER)
        if path is None:
            raise Refused("没有封面图片，请联系系统管理员。")
        with open(path, "rb") as file:
            files = {"media": ("cover.png", file.read(), "image/png")}
        return str(self._call(account, "/cgi-bin/material/add_material", None, at, files=files)["media_id"])

    def _call(
        self,
        account: Credentials,
        path: str,
        told: dict[str, Any] | None,
        at: datetime,
        *,
        fine: tuple[int, ...] = (),
        files: Any = None,
    ) -> dict[str, Any]:
        """:raises NotNow, Refused: what WeChat says is neither a success nor `fine`."""
        code = -1
        for fresh in (False, True):
            try:
                access = wire.token_of(account.app_id, account.secret, at, fresh=fresh)
                answer = wire.call(path, told, access, files=files)
            except httpx.HTTPError as error:
                raise NotNow(type(error).__name__) from error
            except wire.NoToken as error:
                raise NotNow(str(error)) from error
            code = int(answer.get("errcode", 0))
            if code not in wire.TOKEN_GONE:
                break
        if code == 0 or code in fine:
            return answer
        if code in (-1, 45009):  # busy; too many calls today
            raise NotNow(f"errcode {code}")
        if code == UNAUTHORIZED:
            raise Refused("这个公众号没有发布接口的权限（errcode 48001），要先完成微信认证。")
        raise Refused(f"微信不接收（errcode {code}），请到公众号后台查看。")
