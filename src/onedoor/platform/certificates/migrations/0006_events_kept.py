"""What has happened to a certificate is kept by the database itself."""

from django.db import migrations

from onedoor.platform.kernel import append_only


class Migration(migrations.Migration):
    dependencies = [("certificates", "0005_who_imported")]

    operations = [append_only.keeping({"certificates_certificateevent": ()})]
