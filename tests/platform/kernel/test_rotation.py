"""Bringing a database under a new data key: nothing is lost, whoever writes meanwhile wins, broken-off runs go on."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tests.platform.library import LONG_AGO, MACHINE, Library

from onedoor.platform.audit import key_changes
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import CaseAnswers, Draft
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel import crypto, rotation
from onedoor.platform.kernel.models import RotationProgress


@pytest.fixture
def keys(books: Library, settings: Any) -> Path:
    """A library with people, a case and drafts, everything under the first key."""
    books.received(LONG_AGO + timedelta(days=60))
    books.draft(LONG_AGO + timedelta(days=61))
    return Path(settings.ONEDOOR_KEYS_DIR)


def plain() -> list[Any]:
    """Everything the encrypted columns say, read through the models."""
    return [
        (column.name, pk, value)
        for column in rotation.encrypted_columns()
        for pk, value in column.model._default_manager.order_by("pk").values_list("pk", column.field.name)
    ]


def test_every_value_moves_and_says_the_same_and_the_old_key_can_go(keys: Path) -> None:
    before, old = plain(), crypto.keyring().current("data")
    assert sum(rotation.values_under(old.id).values()) >= 10
    call_command("rotate_keys", "--new", "--suite", "intl", "--batch", "2")
    new = crypto.keyring().current("data")
    assert (new.generation, new.algorithm) == (2, "aes256-gcm")
    assert rotation.values_under(old.id) == {}
    assert plain() == before
    key_changes.retire_data_key(key_id=old.id, actor=MACHINE, at=LONG_AGO, open_transactions=-timedelta(days=999))
    assert plain() == before
    assert set(AuditEntry.objects.filter(event__startswith="keys.").values_list("event", "target")) == {
        ("keys.add", f"key:{new.id}"),
        ("keys.retire", f"key:{old.id}"),
    }


def test_a_key_in_use_or_just_succeeded_is_not_retired(keys: Path) -> None:
    old = crypto.keyring().current("data")
    crypto.add_key(keys, "data")
    with pytest.raises(key_changes.KeyInUse, match="个值在用"):
        key_changes.retire_data_key(key_id=old.id, actor=MACHINE, at=LONG_AGO, open_transactions=-timedelta(days=999))
    call_command("rotate_keys")
    with pytest.raises(CommandError, match="未满 10 分钟"):
        call_command("rotate_keys", "--retire")
    assert crypto.find_key(old.id, purpose="data") == old


def test_a_run_that_was_broken_off_goes_on_where_it_stopped(keys: Path) -> None:
    before, old = plain(), crypto.keyring().current("data")
    crypto.add_key(keys, "data")
    run = rotation.reencrypt(batch=1)
    seen = [next(run) for _ in range(3)]
    run.close()
    left = sum(rotation.values_under(old.id).values())
    assert {row.changed for row in RotationProgress.objects.filter(column=seen[0][0])} <= {1, 2, 3}
    more = list(rotation.reencrypt(batch=1))
    assert len(more) == left
    assert plain() == before


def test_whoever_writes_meanwhile_wins(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading and the replacing of a batch somebody stores another value."""
    crypto.add_key(keys, "data")
    person = Person.objects.order_by("pk")[0]
    read = rotation._old_values

    def read_and_let_others_write(*arguments: Any) -> Any:
        rows = read(*arguments)
        Person.objects.filter(pk=person.pk).update(address="塘栖镇新址")
        return rows

    monkeypatch.setattr(rotation, "_old_values", read_and_let_others_write)
    list(rotation.reencrypt())
    assert Person.objects.get(pk=person.pk).address == "塘栖镇新址"


def test_every_encrypted_column_is_known(keys: Path) -> None:
    names = {column.name for column in rotation.encrypted_columns()}
    assert {"identity.person.id_number", "cases.caseanswers.content", "cases.draft.answers"} <= names
    assert CaseAnswers.objects.exists()
    assert Draft.objects.exists()
