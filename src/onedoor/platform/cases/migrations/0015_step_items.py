from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def name_items(apps, schema_editor):
    steps, cases = (apps.get_model("cases", name) for name in ("CaseStep", "Case"))
    steps.objects.update(
        item_code=Subquery(cases.objects.filter(pk=OuterRef("case_id")).values("item_code")[:1])
    )


WAITING = models.Q(ended_at__isnull=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_queues")]

    operations = [
        migrations.AddField(
            "casestep", "item_code", models.CharField("事项", default="", max_length=80), preserve_default=False
        ),
        migrations.RunPython(name_items, migrations.RunPython.noop),
        migrations.RemoveIndex("casestep", "step_waiting"),
        migrations.RemoveIndex("casestep", "step_waiting_in_place"),
        migrations.AddIndex(
            "casestep",
            models.Index(fields=["urgent_on", "id", "division", "permission"], name="step_waiting", condition=WAITING),
        ),
        migrations.AddIndex(
            "casestep",
            models.Index(
                fields=["division", "permission", "code", "title", "item_code"],
                name="step_waiting_counts",
                condition=WAITING,
            ),
        ),
    ]
