"""Lamps are kept by the database itself."""

from django.db import migrations

from onedoor.platform.kernel import append_only


class Migration(migrations.Migration):
    dependencies = [("supervision", "0002_conduct")]

    operations = [append_only.keeping({"supervision_supervisionevent": ()})]
