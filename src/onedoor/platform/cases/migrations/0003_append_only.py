"""Actions can no longer be changed or deleted, not even by whoever writes SQL."""

from django.db import migrations

from onedoor.platform.kernel import append_only


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_proceedings")]

    operations = [append_only.keeping({"cases_action": ()})]
