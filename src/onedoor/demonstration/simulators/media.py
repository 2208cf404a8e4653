"""
Where organs publish: articles of WeChat official accounts and posts on Weibo, as their documentation has them.

developers.weixin.qq.com/doc/service/api/ (draftbox, public, material, wedata) and open.weibo.com/wiki (2/statuses/share,
Error_code); where a page is silent, the strictest reading of it is played.
"""

import json
import math
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

from onedoor.demonstration.simulators.world import World

JSON = "application/json; charset=utf-8"
Reply = tuple[int, str, bytes]
LONGEST_POST = 140
LIMITS = {"title": 32, "author": 16, "digest": 128, "content": 19_999}  # characters of a draft
LONGEST_SOURCE = 1024  # bytes of content_source_url
SHORT = re.compile(r"https?://\S+")
TOPIC = re.compile(r"#[^#]+#")
PICTURES = ("/cgi-bin/material/add_material", "/cgi-bin/media/uploadimg")  # sent as files


def knows(world: World, app: str, secret: str) -> bool:
    """Tell whether an AppSecret belongs to an AppID: the site's own account, or one of the matrix (secret-<AppID>)."""
    own = world.official_account
    return (app, secret) == (own.app_id, own.secret) or (bool(app) and secret == f"secret-{app}")


def article(world: World, app: str, path: str, told: dict[str, Any]) -> dict[str, Any]:
    """What an official account does with articles; what it holds is seen at /articles of its port."""
    with world.lock:
        held = world.articles.setdefault(app, {})
        if path == "/cgi-bin/material/add_material":
            return {"media_id": secrets.token_hex(8), "url": "http://mmbiz.example/cover"}
        if path == "/cgi-bin/media/uploadimg":  # for the text of an article; adds nothing to the material
            return {"url": f"http://mmbiz.example/{secrets.token_hex(8)}"}
        if path == "/cgi-bin/draft/add":
            news = told["articles"][0]
            if not news.get("thumb_media_id"):
                return {"errcode": 40007, "errmsg": "invalid media_id"}
            too_long = any(len(news.get(name, "")) > most for name, most in LIMITS.items())
            if too_long or len(news.get("content_source_url", "").encode()) > LONGEST_SOURCE:
                return {"errcode": 45002, "errmsg": "content size out of limit"}
            media = secrets.token_hex(8)
            held[media] = {**news, "state": "draft"}
            return {"media_id": media}
        if path == "/cgi-bin/freepublish/submit":
            draft = held.get(told["media_id"])
            if draft is None or draft["state"] != "draft":  # it leaves the box when it is published
                return {"errcode": 40007, "errmsg": "invalid media_id"}
            draft["state"] = "published"
            made = {"publish_id": f"p-{told['media_id']}", "msg_data_id": f"d-{told['media_id']}"}
            return {"errcode": 0, "errmsg": "ok", **made}
        if path == "/cgi-bin/freepublish/get":
            key = told["publish_id"].removeprefix("p-")
            if world.mood("wechat").get("reviewing"):
                return {"publish_id": told["publish_id"], "publish_status": 1}
            url = f"https://mp.weixin.example/s/{key}"
            detail = {"count": 1, "item": [{"idx": 1, "article_url": url}]}
            return {"publish_id": told["publish_id"], "publish_status": 0, "article_id": key, "article_detail": detail}
        if path == "/cgi-bin/freepublish/batchget":
            rows = [
                {"article_id": key, "content": {"news_item": [{**one, "url": f"https://mp.weixin.example/s/{key}"}]}}
                for key, one in held.items()
                if one["state"] == "published"
            ]
            page = rows[told["offset"] : told["offset"] + min(told["count"], 20)]
            if told.get("no_content"):
                page = [{"article_id": one["article_id"]} for one in page]
            return {"total_count": len(rows), "item_count": len(page), "item": page}
        if path in ("/cgi-bin/freepublish/delete", "/cgi-bin/draft/delete"):
            one = held.get(str(told.get("article_id") or told.get("media_id")))
            if one is None or one["state"] == "deleted":
                return {"errcode": 53600, "errmsg": "Article ID is invalid"}
            one["state"] = "deleted"
            return {"errcode": 0, "errmsg": "ok"}
        if path == "/datacube/getarticletotaldetail":
            details = [{"stat_date": told["end_date"], "read_user": 7, "share_user": 2}]
            day = told["begin_date"]
            counted = [{"ref_date": day, "msgid": f"d-{key}_1", "detail_list": details} for key in held]
            return {"list": counted, "is_delay": False}
    return {"errcode": 48001, "errmsg": "api unauthorized"}


def weibo(world: World, method: str, url: str, body: bytes) -> Reply:
    """Weibo: a token (weibo-<uid>) speaks for its account; every post that was ever taken is seen at /posts."""
    parts = urlsplit(url)
    if parts.path == "/posts":
        return 200, JSON, json.dumps(world.posts, ensure_ascii=False).encode()
    told = {name: found[0] for name, found in parse_qs(body.decode() if method == "POST" else parts.query).items()}
    mood = world.mood("weibo")
    if mood.get("fail"):
        return 503, "text/plain", b"busy"
    uid = told.get("access_token", "").removeprefix("weibo-")
    if not told.get("access_token", "").startswith("weibo-"):
        return _refused(21332, "invalid_access_token", 401)
    with world.lock:
        own = [one for one in world.posts if one["uid"] == uid and not one["deleted"]]
        if parts.path == "/2/statuses/share.json":
            if not told.get("rip"):
                return _refused(10016, "Miss required parameter (rip) , see doc for more info")
            return _share(world, uid, told.get("status", ""), own, lost=bool(mood.get("lose_answer")))
        if parts.path == "/2/statuses/user_timeline.json":
            return _given({"statuses": [{"idstr": one["idstr"], "text": _shown(one)} for one in own]})
        if parts.path == "/2/short_url/expand.json":
            number = told.get("url_short", "").rpartition("/")[2]
            behind = [SHORT.findall(one["text"])[0] for one in world.posts if one["idstr"] == number]
            return _given(
                {"urls": [{"url_short": told["url_short"], "url_long": one, "result": True} for one in behind]}
            )
        found = [one for one in own if one["idstr"] in (told.get("id"), *told.get("ids", "").split(","))]
        if parts.path == "/2/statuses/destroy.json":
            if not found:
                return _refused(20101, "target weibo does not exist")
            found[0]["deleted"] = True
            return _given({"idstr": found[0]["idstr"], "deleted": 1})
        if parts.path == "/2/statuses/count.json":
            return _given([{"id": one["idstr"], "comments": 1, "reposts": 3, "attitudes": 5} for one in found])
    return _refused(10020, "request api not found", 404)


def _share(world: World, uid: str, text: str, own: list[dict[str, Any]], *, lost: bool) -> Reply:
    if math.ceil(sum(0.5 if ord(letter) < 128 else 1 for letter in text)) > LONGEST_POST:
        return _refused(20012, "text too long")
    if not SHORT.search(text):
        return _refused(10017, "appkey not bind domain!")
    if TOPIC.search(text):
        return _refused(10017, "Parameter (status)'s value invalid, see doc for more info")
    if any(one["text"] == text for one in own):
        return _refused(20019, "repeat content")
    made = {"idstr": str(5_000_000_000_000_000 + len(world.posts)), "uid": uid, "text": text, "deleted": False}
    world.posts.append(made)
    return (0, "", b"") if lost else _given({"idstr": made["idstr"], "text": _shown(made)})


def _shown(post: dict[str, Any]) -> str:
    """Return the words of a post as everybody gets them: the address is a short one."""
    return SHORT.sub(f"http://t.cn/{post['idstr']}", str(post["text"]))


def _given(content: Any) -> Reply:
    return 200, JSON, json.dumps(content, ensure_ascii=False).encode()


def _refused(code: int, words: str, status: int = 400) -> Reply:
    return status, JSON, json.dumps({"error": words, "error_code": code, "request": ""}).encode()
