from django.db import migrations, models
from django.db.models import OuterRef, Subquery

AT_ONCE = 5000


def read_last_moments(apps, schema_editor):
    """The moment of a case's last action stands on the case from now on."""
    Case, Action = apps.get_model("cases", "Case"), apps.get_model("cases", "Action")
    last = Action.objects.filter(case=OuterRef("pk"), seq=OuterRef("last_seq")).values("at")[:1]
    highest = Case.objects.aggregate(highest=models.Max("pk"))["highest"] or 0
    for start in range(0, highest + 1, AT_ONCE):
        Case.objects.filter(pk__gte=start, pk__lt=start + AT_ONCE).update(last_at=Subquery(last))


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_silence")]

    operations = [
        migrations.AddField("case", "last_at", models.DateTimeField("最新动作时间", null=True, blank=True)),
        migrations.RunPython(read_last_moments, migrations.RunPython.noop),
    ]
