"""Actions can no longer be changed or deleted, not even by whoever writes SQL."""

from django.db import migrations

from onedoor.platform.kernel import append_only

TABLES = {"cases_action": ()}


def up(apps, schema_editor):
    append_only.protect(schema_editor.connection, TABLES)


def down(apps, schema_editor):
    append_only.release(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_proceedings")]

    operations = [migrations.RunPython(up, down)]
