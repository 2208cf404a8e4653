"""Rows whose INSERT and UPDATE are remembered: what is stored is what Django stores, of every model that has it."""

from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models.functions import Lower
from django.db.models.signals import post_save
from django.test.utils import isolate_apps
from tests.platform.library import CHINA, Library

from onedoor.platform.cases.models import Clock, Draft, Material
from onedoor.platform.kernel import append_only, crypto, prepared_writes
from onedoor.platform.kernel.models import OutboxMessage
from onedoor.platform.kernel.prepared_writes import FEW, PreparedWrites, insert_all

AT = datetime(2026, 9, 1, 0, 30, 0, 123456, tzinfo=CHINA)  # the day before in universal time
MODELS = [model for model in apps.get_models() if issubclass(model, PreparedWrites)]
FILLED: dict[str, Any] = {
    "UUIDField": UUID(int=7),
    "DateField": date(2026, 9, 1),
    "DateTimeField": AT,
    "JSONField": {"字": [1, None, "%s"], "a": {"b": "'"}},
    "BooleanField": True,
}
# What the table itself asks for, where every column is filled.
LAWFUL: dict[Any, dict[str, Any]] = {Clock: {"unit": "hour"}, Material: {"source": "certificate"}}


@pytest.fixture
def keys(db: None, tmp_path: Path, settings: Any) -> None:
    settings.ONEDOOR_KEYS_DIR = tmp_path / "keys"
    crypto.create_missing_keys(tmp_path / "keys")


def filled(field: Any) -> Any:
    """Return a value that a field has to make something of before it is stored."""
    if field.is_relation:
        return filled(field.target_field)
    if field.choices:
        return field.choices[-1][0]
    kind = field.get_internal_type()
    if kind in FILLED:
        return FILLED[kind]
    if kind in ("CharField", "TextField"):
        return FILLED["JSONField"] if "JSON" in type(field).__name__ else "字%s'"[: field.max_length]
    assert "Integer" in kind or "AutoField" in kind, kind
    return 7


def is_moment_of_insert(field: Any) -> bool:
    return getattr(field, "auto_now_add", False)


def row(model: Any, *, whole: bool) -> Any:
    """Return a row with every column filled, or with as little in it as it may have."""
    values = {
        field.attname: None if field.null and not whole else filled(field)
        for field in model._meta.concrete_fields
        if whole or is_moment_of_insert(field) or not (field.has_default() or field.blank or field.primary_key)
    }
    return model(**values | {"pk": filled(model._meta.pk)} | (LAWFUL.get(model, {}) if whole else {}))


def stored(one: Any) -> list[Any]:
    """Return what the database holds: as it is, and as it is read, which for what is sealed is the same each time."""
    meta = one._meta
    sealed = {field.column for field in meta.concrete_fields if type(field).__name__.startswith("Encrypted")}
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT * FROM "{meta.db_table}" WHERE "{meta.pk.column}" = %s',
            [meta.pk.get_db_prep_value(one.pk, connection)],
        )
        columns = [column[0] for column in cursor.description or ()]
        found = dict(zip(columns, cursor.fetchone() or (), strict=True))
    held = type(one)._base_manager.get(pk=one.pk)
    now = {field.attname for field in meta.concrete_fields if is_moment_of_insert(field)}
    read = {field.attname: getattr(held, field.attname) for field in meta.concrete_fields}
    return [
        {name: value for name, value in found.items() if name not in sealed | now},
        {name: value for name, value in read.items() if name not in now},
    ]


def both_ways(monkeypatch: pytest.MonkeyPatch, act: Any) -> list[Any]:
    """Return what an act stores by remembered words, put together and then used again, and what it stores by Django's."""
    found = []
    for own in (True, True, False):
        with monkeypatch.context() as patched, transaction.atomic():
            if not own:
                patched.delattr(PreparedWrites, "_do_insert")
                patched.delattr(PreparedWrites, "_do_update")
            found.append(stored(act()))
            transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("whole", [True, False], ids=["filled", "bare"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.usefixtures("keys")
def test_what_is_stored_is_what_django_stores(model: Any, whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def inserted() -> Any:
        one = row(model, whole=whole)
        one.save(force_insert=True)
        return one

    def changed() -> Any:
        inserted()
        other = row(model, whole=not whole)
        other.save(force_update=True)
        return other

    first, again, django = both_ways(monkeypatch, inserted)
    assert first == again == django
    if model._meta.db_table not in append_only.declared():  # history has no UPDATE
        first, again, django = both_ways(monkeypatch, changed)
        assert first == again == django


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.usefixtures("keys")
def test_rows_of_one_statement_are_those_of_bulk_create(model: Any) -> None:
    def inserted(*, own: bool) -> Any:
        one = row(model, whole=True)
        if model._meta.auto_field:
            one.pk = None
        (made,) = insert_all([one]) if own else model._base_manager.bulk_create([one])
        assert (made is one, made._state.adding) == (True, False)
        return made

    found = []
    for own in (True, True, False):
        with transaction.atomic():
            raw, read = stored(inserted(own=own))
            found.append(
                [
                    {name: value for name, value in told.items() if name != model._meta.pk.attname}
                    for told in (raw, read)
                ]
            )
            transaction.set_rollback(True)
    assert found[0] == found[1] == found[2]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, 1, 3, FEW + 1])
def test_each_of_several_rows_gets_its_own_number(number: int) -> None:
    made = insert_all(OutboxMessage(topic="a", key=str(place), payload={}) for place in range(number))
    assert [(one.pk, one.key) for one in made] == list(OutboxMessage.objects.order_by("pk").values_list("pk", "key"))
    assert [one.key for one in made] == [str(place) for place in range(number)]


@pytest.mark.django_db
def test_a_row_gets_its_number_its_moment_and_its_signal_and_the_words_are_remembered() -> None:
    told: list[Any] = []
    listener = lambda instance, created, **more: told.append((instance.pk, created))  # noqa: E731
    post_save.connect(listener, sender=OutboxMessage)
    try:
        made = [OutboxMessage.objects.create(topic="a", key=str(number), payload={}) for number in range(2)]
        known = len(prepared_writes._words)
        made.append(OutboxMessage.objects.create(topic="a", key="2", payload={}))
        made[0].save(update_fields=["attempts"])
    finally:
        post_save.disconnect(listener, sender=OutboxMessage)
    assert [one.pk for one in made] == [made[0].pk + number for number in range(3)]
    assert all(one.published_at and not one._state.adding for one in made)
    assert told == [(one.pk, True) for one in made] + [(made[0].pk, False)]
    assert len(prepared_writes._words) <= known + 1  # of the one UPDATE
    assert list(OutboxMessage.objects.order_by("pk").values_list("key", flat=True)) == ["0", "1", "2"]


@pytest.mark.django_db
def test_an_expression_goes_the_way_of_django_and_a_row_that_is_gone_or_there_twice_is_told(books: Library) -> None:
    draft = books.draft(AT)
    before = draft.revision
    draft.revision = models.F("revision") + 1
    draft.save(update_fields=["revision"])
    draft.refresh_from_db()
    assert draft.revision == before + 1
    (made,) = insert_all([OutboxMessage(topic="a", key=Lower(models.Value("AB")), payload={})])
    made.refresh_from_db()
    assert made.key == "ab"
    OutboxMessage.objects.all().delete()
    twice = Draft(**{field.attname: getattr(draft, field.attname) for field in Draft._meta.concrete_fields})
    with pytest.raises(IntegrityError), transaction.atomic():
        twice.save(force_insert=True)
    gone = OutboxMessage.objects.create(topic="a", key="0", payload={})
    OutboxMessage.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        gone.save(update_fields=["attempts"])


@isolate_apps("onedoor.platform.kernel")
@pytest.mark.django_db
def test_a_model_that_one_statement_of_its_fields_does_not_write_is_refused() -> None:
    class Own(models.Manager):  # type: ignore[type-arg]
        pass

    class Plain(PreparedWrites):
        class Meta:
            app_label = "kernel"

    class Inherited(Plain):
        word = models.CharField(max_length=3)

        class Meta:
            app_label = "kernel"

    class Bytes(PreparedWrites):
        content = models.BinaryField()

        class Meta:
            app_label = "kernel"

    class Given(PreparedWrites):
        number = models.IntegerField(db_default=3)

        class Meta:
            app_label = "kernel"

    class Narrowed(PreparedWrites):
        objects = Own()

        class Meta:
            app_label = "kernel"
            base_manager_name = "objects"

    prepared_writes._refuse(Plain)
    for model in (Inherited, Bytes, Given, Narrowed):
        with pytest.raises(TypeError):
            prepared_writes._refuse(model)
