"""Words, documents and judgements of a case are kept by the database itself, as its actions are."""

from django.db import migrations

from onedoor.platform.kernel import append_only

TABLES = {"cases_actionnote": ("text",), "cases_casedocument": ("content",), "cases_storedjudgement": ("content",)}
# What guarded the actions until now, under other names.
OLD = {
    "sqlite": ["DROP TRIGGER IF EXISTS cases_action_no_update", "DROP TRIGGER IF EXISTS cases_action_no_delete"],
    "postgresql": [
        "DROP TRIGGER IF EXISTS cases_action_append_only ON cases_action",
        "DROP FUNCTION IF EXISTS cases_action_append_only()",
    ],
}


def guard_actions_by_the_usual_names(apps, schema_editor):
    for statement in OLD[schema_editor.connection.vendor]:
        schema_editor.execute(statement)
    append_only.protect(schema_editor.connection, {"cases_action": ()})


class Migration(migrations.Migration):
    dependencies = [("cases", "0022_files_of_gone_drafts")]

    operations = [
        migrations.RunPython(guard_actions_by_the_usual_names, migrations.RunPython.noop),
        append_only.keeping(TABLES),
    ]
