from django.db import migrations
from django.db.models import F


def approve(apps, schema_editor):
    """Posts given before approvals were kept count as approved when they were given."""
    apps.get_model("identity", "Post").objects.filter(approved_at__isnull=True).update(approved_at=F("recorded_at"))


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_posts_mandates_sessions")]
    operations = [migrations.RunPython(approve, migrations.RunPython.noop)]
