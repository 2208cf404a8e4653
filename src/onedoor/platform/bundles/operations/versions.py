"""Bundles as data: drafted by one officer, published by another; those that come with the code are loaded by the machine."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import yaml
from django.db import transaction
from pydantic import ValidationError

from onedoor.platform.audit import operations as audit
from onedoor.platform.bundles import merging
from onedoor.platform.bundles.catalogue import BundleNotFound, items_of
from onedoor.platform.bundles.definitions import Bundle
from onedoor.platform.bundles.models import BundleVersion
from onedoor.platform.bundles.states import VersionState
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

NATION = "000000000000"
SHORTEST_OPINION = 5


def shipped_bundles() -> list[Path]:
    """Return the bundles that come with the code."""
    return sorted((Path(__file__).parents[1] / "shipped").glob("*.yaml"))


class BundleFaulty(OneDoorError):
    code, http_status, message = "bundles.faulty", 422, "一件事的定义有误：{faults}。请按提示修改后重新提交。"


class OwnBundle(OneDoorError):
    code, http_status, message = "bundles.own_draft", 403, "起草人不能发布自己起草的一件事，请由另一位审核人员发布。"


class BundleSettled(OneDoorError):
    code, http_status, message = "bundles.settled", 409, "这个版本已经处理过了，请刷新页面查看。"


def read_bundle(text: str) -> Bundle:
    """:raises BundleFaulty: the text does not describe a bundle; every fault is told."""
    try:
        return Bundle.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        told = "；".join(f"{'.'.join(map(str, one['loc']))} {one['msg']}" for one in error.errors())
    except yaml.YAMLError as error:
        told = str(error).replace("\n", " ")
    raise BundleFaulty(faults=told)


@transaction.atomic
def draft_bundle(*, bundle: Bundle, actor: Actor, at: datetime) -> BundleVersion:
    """
    Put a bundle down as the next version, for another person to publish.

    :raises BundleFaulty: with the items in force it could not be handed in: each gap is told.
    """
    actor.require("catalog.edit", division=NATION, line=bundle.line)
    _refuse_faults(bundle, on=day_of(at))
    version = _next(bundle, actor, at)
    audit.record("bundles.draft_version", actor=actor, at=at, target=version.target, code=bundle.code)
    return version


def _refuse_faults(bundle: Bundle, *, on: date) -> None:
    found = merging.faults(bundle, items_of(bundle, division=NATION, on=on))
    if found:
        raise BundleFaulty(faults="；".join(found))


def _next(bundle: Bundle, actor: Actor, at: datetime) -> BundleVersion:
    definition = bundle.model_dump(mode="json", by_alias=True)
    last = BundleVersion.objects.select_for_update().filter(code=bundle.code).order_by("-version").first()
    return BundleVersion.objects.create(
        code=bundle.code,
        version=last.version + 1 if last else 1,
        title=bundle.title,
        line=bundle.line,
        definition=definition,
        digest=sm3(canonical_json(definition)).hex(),
        drafted_by=actor.login_id,
        recorded_at=at,
        recorded_by=actor.name,
    )


@transaction.atomic
def publish_bundle(*, version_id: int, opinion: str, valid_from: date, actor: Actor, at: datetime) -> BundleVersion:
    """
    Publish a draft: whoever applies from `valid_from` on gets this version; cases under way stay on theirs.

    :raises OwnBundle: the actor has drafted it.
    :raises BundleSettled: it is no draft any more.
    :raises BundleFaulty: an item has changed meanwhile so that it could not be handed in.
    """
    version = _lock_draft(version_id, actor)
    note = _opinion(opinion)
    if valid_from < day_of(at):
        raise InvalidInput({"valid_from": "生效日不能早于今天。"})
    _refuse_faults(version.bundle, on=day_of(at))
    version.valid_from = valid_from
    _settle(version, VersionState.PUBLISHED, note, actor, at)
    audit.record("bundles.publish_version", actor=actor, at=at, target=version.target, code=version.code)
    return version


@transaction.atomic
def send_back_bundle(*, version_id: int, opinion: str, actor: Actor, at: datetime) -> BundleVersion:
    """Give a draft back with what is wrong; whoever drafts puts down another version."""
    version = _lock_draft(version_id, actor)
    _settle(version, VersionState.REJECTED, _opinion(opinion), actor, at)
    audit.record("bundles.send_back_version", actor=actor, at=at, target=version.target, code=version.code)
    return version


def _lock_draft(version_id: int, actor: Actor) -> BundleVersion:
    version = BundleVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise BundleNotFound
    actor.require("catalog.review", division=NATION, line=version.line)
    if version.state != VersionState.DRAFT:
        raise BundleSettled
    if version.drafted_by is not None and version.drafted_by == actor.login_id:
        raise OwnBundle
    return version


def _opinion(text: str) -> str:
    if len(text.strip()) < SHORTEST_OPINION:
        raise InvalidInput({"opinion": f"请写明审核意见（不少于 {SHORTEST_OPINION} 个字）。"})
    return text.strip()[:400]


def _settle(version: BundleVersion, state: VersionState, note: str, actor: Actor, at: datetime) -> None:
    version.state, version.settled_by, version.settled_at, version.settled_note = state, actor.name, at, note
    version.save(update_fields=["state", "settled_by", "settled_at", "settled_note", "valid_from"])


@transaction.atomic
def load_bundles(*, files: Sequence[Path], valid_from: date, actor: Actor, at: datetime) -> list[str]:
    """
    Publish the bundles that come with the code where they are new or changed; return their codes. Safe to run twice.

    :raises BundleFaulty: a file does not describe a bundle, or names a field its item does not have.
    """
    actor.require("catalog.edit", division=NATION)
    fresh = []
    for file in files:
        bundle = read_bundle(file.read_text(encoding="utf-8"))
        digest = sm3(canonical_json(bundle.model_dump(mode="json", by_alias=True))).hex()
        last = BundleVersion.objects.filter(code=bundle.code).order_by("-version").first()
        if last is not None and last.digest == digest:
            continue
        _refuse_faults(bundle, on=valid_from)
        version = _next(bundle, actor, at)
        version.valid_from = valid_from
        _settle(version, VersionState.PUBLISHED, "随代码发布", actor, at)
        audit.record("bundles.publish_version", actor=actor, at=at, target=version.target, code=version.code)
        fresh.append(bundle.code)
    return fresh
