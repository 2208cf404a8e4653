"""What is sent about news and subscriptions."""

from tests.platform.library import COUNTY, TOWN
from tests.platform.publishing.conftest import REVIEWER, WRITER, drafted, in_review, pictured, subscribed
from tests.platform.replays.machines_more import operation
from tests.platform.replays.stage import AT, Sent, Stage, picture, sends

from onedoor.platform.publishing import operations

API = "/api/v1"
FORM = {
    "title": "借书证换发通知",
    "summary": "旧证停用。",
    "body": "都要换。",
    "topic": "notice",
    "audience": COUNTY,
    "valid_from": "2026-09-01",
    "channels": "site",
}
ACCOUNT = {"kind": "weibo", "name": "图书局微博", "app_id": "123", "secret": "weibo-123"}
SENT = FORM | {"channels": ["site"]}


@sends("publication_new")
def new(stage: Stage) -> Sent:
    return Sent(WRITER, "/staff/news/new/", FORM)


@sends("publication_edit")
def edit(stage: Stage) -> Sent:
    return Sent(WRITER, f"/staff/news/{drafted(stage.books, AT).number}/text/", FORM)


@sends("publication_pictures")
def add_picture(stage: Stage) -> Sent:
    told = {"deed": "add", "alt": "借书证的样子", "file": picture()}
    return Sent(WRITER, f"/staff/news/{drafted(stage.books, AT).number}/pictures/", told)


@operation("/publications/{number}/pictures")
def enter_picture(stage: Stage) -> Sent:
    told = {"alt": "借书证的样子", "file": picture()}
    return Sent(WRITER, f"{API}/publications/{drafted(stage.books, AT).number}/pictures", told)


@operation("/publications/{number}/pictures/{picture_id}", "delete")
def remove_picture(stage: Stage) -> Sent:
    made = pictured(stage.books, AT)
    return Sent(WRITER, f"{API}/publications/{made.publication.number}/pictures/{made.pk}", {})


@sends("publication")
def release(stage: Stage) -> Sent:
    return Sent(REVIEWER, f"/staff/news/{in_review(stage.books, AT).number}/", {"deed": "release"})


@sends("media_accounts")
def open_account(stage: Stage) -> Sent:
    return Sent(WRITER, "/staff/news/accounts/", {"deed": "open", **ACCOUNT})


@operation("/media-accounts")
def enter_account(stage: Stage) -> Sent:
    return Sent(WRITER, f"{API}/media-accounts", ACCOUNT)


@operation("/media-accounts/{account_id}", "delete")
def close_account(stage: Stage) -> Sent:
    made = operations.open_account(**ACCOUNT, actor=stage.books.officer(WRITER), at=AT)
    return Sent(WRITER, f"{API}/media-accounts/{made.pk}", {})


@sends("subscriptions")
def subscribe(stage: Stage) -> Sent:
    stage.books.draft(AT)  # with an account
    return Sent("reader", "/me/subscriptions/", {"deed": "subscribe", "topic": "notice"})


@operation("/publications")
def write(stage: Stage) -> Sent:
    return Sent(WRITER, f"{API}/publications", SENT)


@operation("/publications/{number}/versions")
def change(stage: Stage) -> Sent:
    return Sent(WRITER, f"{API}/publications/{drafted(stage.books, AT).number}/versions", SENT)


@operation("/publications/{number}/deeds")
def act(stage: Stage) -> Sent:
    return Sent(REVIEWER, f"{API}/publications/{in_review(stage.books, AT).number}/deeds", {"deed": "release"})


@operation("/me/subscriptions")
def agree(stage: Stage) -> Sent:
    stage.books.draft(AT)
    return Sent("reader", f"{API}/me/subscriptions", {"topic": "notice", "division": TOWN})


@operation("/me/subscriptions/{subscription_id}", "delete")
def take_back(stage: Stage) -> Sent:
    stage.books.draft(AT)
    return Sent("reader", f"{API}/me/subscriptions/{subscribed(stage.books, AT).pk}", {})
