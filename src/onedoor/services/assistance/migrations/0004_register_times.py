from datetime import datetime, time

from django.db import migrations, models
from django.utils import timezone


def date_the_ends(apps, schema_editor):
    """When an end became known was not kept so far: it is taken to be the day it took effect."""
    Recognition = apps.get_model("assistance", "Recognition")
    zone = timezone.get_default_timezone()
    for row in Recognition.objects.filter(in_force_to__isnull=False).iterator(chunk_size=1000):
        row.end_recorded_at = datetime.combine(row.in_force_to, time.min, zone)
        row.save(update_fields=["end_recorded_at"])


class Migration(migrations.Migration):

    dependencies = [("assistance", "0003_differences_are_conflicts")]

    operations = [
        migrations.AddField(
            "recognition", "end_recorded_at", models.DateTimeField("失效记录时间", blank=True, null=True)
        ),
        migrations.RunPython(date_the_ends, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            "recognition",
            models.CheckConstraint(
                condition=models.Q(in_force_to__isnull=True, end_recorded_at__isnull=True)
                | models.Q(in_force_to__isnull=False, end_recorded_at__isnull=False),
                name="assistance_recognition_end_is_recorded",
            ),
        ),
    ]
