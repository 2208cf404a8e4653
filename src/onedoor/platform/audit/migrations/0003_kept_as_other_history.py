"""The audit record is kept by the same triggers as all other history; until now by its own, under other names."""

from django.db import migrations

from onedoor.platform.kernel import append_only

TABLES = {"audit_auditentry": (), "audit_auditseal": (), "audit_timestamp": ()}
OLD = {"sqlite": ("update", "delete"), "postgresql": ("change", "truncate")}


def take_down_the_old(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for table in TABLES:
        for name in OLD[vendor]:
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{name}{on}")
    if vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS audit_refuse_change()")


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_evidence")]

    operations = [
        migrations.RunPython(take_down_the_old, migrations.RunPython.noop),
        append_only.keeping(TABLES),
    ]
