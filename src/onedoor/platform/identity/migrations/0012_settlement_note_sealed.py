from django.db import migrations, models

import onedoor.platform.kernel.fields
from onedoor.platform.kernel import append_only
from onedoor.platform.kernel.crypto import keyed_hash

TABLE = "identity_deathsettlement"


def let_go(apps, schema_editor):
    append_only.release(schema_editor.connection, {TABLE: ()})


def keep_as_before(apps, schema_editor):
    append_only.protect(schema_editor.connection, {TABLE: ()})


def seal_notes(apps, schema_editor):
    """Seal what was written in clear, with its digest beside it."""
    field = apps.get_model("identity", "DeathSettlement")._meta.get_field("note")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT id, note FROM {TABLE} WHERE note <> ''")
        for number, note in cursor.fetchall():
            digest = keyed_hash(note, purpose="identity.death")
            sealed = field.get_prep_value(note)
            cursor.execute(f"UPDATE {TABLE} SET note = %s, note_digest = %s WHERE id = %s", [sealed, digest, number])


def open_notes(apps, schema_editor):
    """Write the notes in clear again, for the column that was there before."""
    field = apps.get_model("identity", "DeathSettlement")._meta.get_field("note")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT id, note FROM {TABLE} WHERE note <> ''")
        for number, note in cursor.fetchall():
            cursor.execute(f"UPDATE {TABLE} SET note = %s WHERE id = %s", [str(field.unseal(note)), number])


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0011_codes_sent_for'),
    ]

    operations = [
        migrations.RunPython(let_go, keep_as_before),
        migrations.AddField(
            model_name='deathsettlement',
            name='note_digest',
            field=models.CharField(blank=True, default='', max_length=80, verbose_name='说明摘要'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='deathsettlement',
            name='note',
            field=onedoor.platform.kernel.fields.EncryptedTextField(blank=True, default='', verbose_name='说明'),
        ),
        migrations.RunPython(seal_notes, open_notes),
        append_only.keeping({TABLE: ("note",)}),
    ]
