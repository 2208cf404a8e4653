"""Actions can no longer be changed or deleted, not even by whoever writes SQL."""

from django.db import migrations

from onedoor.platform.cases import append_only


def up(apps, schema_editor):
    append_only.protect(schema_editor.connection)


def down(apps, schema_editor):
    append_only.release(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_proceedings")]

    operations = [migrations.RunPython(up, down)]
