"""Encrypted model fields on a table of their own."""

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models
from django.test.utils import isolate_apps

from onedoor.platform.kernel import crypto
from onedoor.platform.kernel.fields import EncryptedJSONField, EncryptedTextField

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def library_card(tmp_path, settings):
    """Return a model with a table: a library card with an encrypted phone number and encrypted remarks."""
    settings.ONEDOOR_KEYS_DIR = tmp_path / "keys"
    crypto.create_missing_keys(tmp_path / "keys")
    with isolate_apps("onedoor.platform.kernel"):

        class LibraryCard(models.Model):
            phone = EncryptedTextField(blank=True)
            spare_phone = EncryptedTextField(null=True)
            remarks = EncryptedJSONField(default=dict)

            class Meta:
                app_label = "kernel"

    with connection.schema_editor() as editor:
        editor.create_model(LibraryCard)
    yield LibraryCard
    with connection.schema_editor() as editor:
        editor.delete_model(LibraryCard)


def stored(model: type[models.Model], column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table}")
        return cursor.fetchone()[0]


def overwrite(model: type[models.Model], column: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = %s", [value])


def test_values_are_unreadable_in_the_database_and_come_back(library_card):
    library_card.objects.create(phone="13800001234", remarks={"note": "怕狗", "books": [1, 2]})
    assert stored(library_card, "phone").startswith("v1.sm4-gcm.")
    assert "怕狗" not in stored(library_card, "remarks")
    card = library_card.objects.get()
    assert (card.phone, card.spare_phone, card.remarks) == ("13800001234", None, {"note": "怕狗", "books": [1, 2]})


def test_updates_in_bulk_are_encrypted_too(library_card):
    card = library_card.objects.create(phone="13800001234")
    library_card.objects.update(phone="13800005678")
    assert stored(library_card, "phone").startswith("v1.")
    card.phone, card.remarks = "13800009999", [{"note": "怕狗"}]
    library_card.objects.bulk_update([card], ["phone", "remarks"])
    assert stored(library_card, "phone").startswith("v1.")
    assert library_card.objects.values_list("phone", "remarks").get() == ("13800009999", [{"note": "怕狗"}])


def test_empty_text_stays_empty(library_card):
    library_card.objects.create(phone="")
    assert stored(library_card, "phone") == ""
    assert library_card.objects.get().phone == ""


def test_a_value_is_not_printed_by_accident(library_card):
    library_card.objects.create(phone="13800001234", remarks={"note": "怕狗"})
    card = library_card.objects.get()
    for shown in (repr(card), repr(card.phone), repr(card.remarks), repr([card.phone]), repr(vars(card))):
        assert "13800001234" not in shown
        assert "怕狗" not in shown
    assert f"电话 {card.phone}" == "电话 13800001234"


def test_a_value_changed_or_moved_in_the_database_is_refused(library_card):
    library_card.objects.create(phone="13800001234", spare_phone="13800005678")
    assert library_card.objects.get().phone == "13800001234"
    overwrite(library_card, "phone", stored(library_card, "spare_phone"))
    with pytest.raises(crypto.TamperedValue):
        library_card.objects.get()
    overwrite(library_card, "phone", "13800001234")
    with pytest.raises(crypto.TamperedValue):
        library_card.objects.get()


def test_searching_an_encrypted_column_points_to_the_blind_index(library_card):
    card = library_card.objects.create(phone="13800001234")
    assert list(library_card.objects.filter(spare_phone__isnull=True)) == [card]
    for lookup in ("phone", "phone__contains", "phone__in", "remarks__note"):
        with pytest.raises(FieldError):
            list(library_card.objects.filter(**{lookup: "13800001234"}))


def test_plain_text_is_not_dumped(library_card):
    library_card.objects.create(phone="13800001234")
    with pytest.raises(FieldError):
        serializers.serialize("json", library_card.objects.all())


def test_a_renamed_field_keeps_reading_its_old_rows(library_card):
    field = EncryptedTextField(bound_to="kernel.librarycard.phone")
    field.set_attributes_from_name("mobile")
    library_card.objects.create(phone="13800001234")
    assert field.unseal(stored(library_card, "phone")) == "13800001234"
    assert field.deconstruct()[3]["bound_to"] == "kernel.librarycard.phone"
