"""What has happened to a certificate is kept by the database itself."""

from django.db import migrations

from onedoor.platform.kernel import append_only

TABLES = {"certificates_certificateevent": ()}


def up(apps, schema_editor):
    append_only.protect(schema_editor.connection, TABLES)


def down(apps, schema_editor):
    append_only.release(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("certificates", "0005_who_imported")]

    operations = [migrations.RunPython(up, down)]
