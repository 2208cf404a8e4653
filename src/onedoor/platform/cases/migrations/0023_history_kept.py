"""Words, documents and judgements of a case are kept by the database itself, as its actions are."""

from django.db import migrations

from onedoor.platform.kernel import append_only

TABLES = {
    "cases_action": (),
    "cases_actionnote": ("text",),
    "cases_casedocument": ("content",),
    "cases_storedjudgement": ("content",),
}
# What guarded the actions until now, under other names.
OLD = {
    "sqlite": ["DROP TRIGGER IF EXISTS cases_action_no_update", "DROP TRIGGER IF EXISTS cases_action_no_delete"],
    "postgresql": [
        "DROP TRIGGER IF EXISTS cases_action_append_only ON cases_action",
        "DROP FUNCTION IF EXISTS cases_action_append_only()",
    ],
}


def up(apps, schema_editor):
    for statement in OLD[schema_editor.connection.vendor]:
        schema_editor.execute(statement)
    append_only.protect(schema_editor.connection, TABLES)


def down(apps, schema_editor):
    append_only.release(schema_editor.connection, {name: kept for name, kept in TABLES.items() if kept})


class Migration(migrations.Migration):
    dependencies = [("cases", "0022_files_of_gone_drafts")]

    operations = [migrations.RunPython(up, down)]
