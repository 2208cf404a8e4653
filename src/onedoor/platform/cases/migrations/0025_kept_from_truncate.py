"""PostgreSQL refuses to empty the tables of history too."""

from django.db import migrations

from onedoor.platform.kernel import append_only

TABLES = {
    "cases_action": (),
    "cases_actionnote": ("text",),
    "cases_casedocument": ("content",),
    "cases_storedjudgement": ("content",),
}


class Migration(migrations.Migration):
    dependencies = [("cases", "0024_note_death")]

    operations = [append_only.renewing(TABLES)]
