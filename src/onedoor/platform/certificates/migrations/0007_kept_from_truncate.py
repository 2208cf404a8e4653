"""PostgreSQL refuses to empty the table of events too."""

from django.db import migrations

from onedoor.platform.kernel import append_only


class Migration(migrations.Migration):
    dependencies = [("certificates", "0006_events_kept")]

    operations = [append_only.renewing({"certificates_certificateevent": ()})]
