from datetime import datetime, time

from django.db import migrations, models
from django.utils import timezone

KINDS = [
    ("receive", "收件时限"),
    ("promised", "承诺时限"),
    ("statutory", "法定时限"),
    ("applicant", "补正期限"),
    ("step", "环节承诺时限"),
    ("step_law", "环节法定时限"),
    ("issue", "制证送达时限"),
]


def give_pauses_moments(apps, schema_editor):
    """A pause noted by days began with its first day and ended with its last."""
    Pause = apps.get_model("cases", "Pause")
    zone = timezone.get_default_timezone()
    for pause in Pause.objects.iterator(chunk_size=1000):
        pause.from_at = datetime.combine(pause.from_on, time.min, zone)
        pause.to_at = datetime.combine(pause.to_on, time.max, zone) if pause.to_on else None
        pause.save(update_fields=["from_at", "to_at"])


def give_open_steps_clocks(apps, schema_editor):
    """What an open step has promised so far stood beside it; from now on it is a clock like the others."""
    CaseStep, Clock = apps.get_model("cases", "CaseStep"), apps.get_model("cases", "Clock")
    waiting = CaseStep.objects.filter(ended_at__isnull=True, due_on__isnull=False)
    for row in waiting.select_related("case__item_version").iterator(chunk_size=1000):
        steps = row.case.item_version.definition["steps"]
        limit = next((step["within"] for step in steps if step["code"] == row.code and step.get("within")), None)
        if limit is not None:
            Clock.objects.create(
                case_id=row.case_id,
                kind="step",
                step=row.code,
                unit=limit["unit"],
                length=limit["days"],
                started_on=timezone.localtime(row.opened_at).date(),
                due_on=row.due_on,
            )


def give_steps_their_days(apps, schema_editor):
    """Backwards: the promise of an open step stands beside it again."""
    CaseStep, Clock = apps.get_model("cases", "CaseStep"), apps.get_model("cases", "Clock")
    for clock in Clock.objects.filter(kind="step").exclude(state="stopped").iterator(chunk_size=1000):
        CaseStep.objects.filter(case_id=clock.case_id, code=clock.step, ended_at=None).update(due_on=clock.due_on)
    Clock.objects.filter(kind__in=["step", "step_law", "issue"]).delete()


def give_pauses_days(apps, schema_editor):
    """Backwards."""
    Pause = apps.get_model("cases", "Pause")
    for pause in Pause.objects.iterator(chunk_size=1000):
        pause.from_on = timezone.localtime(pause.from_at).date()
        pause.to_on = timezone.localtime(pause.to_at).date() if pause.to_at else None
        pause.save(update_fields=["from_on", "to_on"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_papers_to_come"), ("catalog", "0002_two_layers")]

    operations = [
        migrations.RenameField("clock", "days", "length"),
        migrations.AlterField("clock", "length", models.PositiveIntegerField("时长")),
        migrations.AlterField("clock", "kind", models.CharField("类型", max_length=10, choices=KINDS)),
        migrations.AddField(
            "clock", "step", models.CharField("环节", max_length=40, blank=True, default="")
        ),
        migrations.AddField("clock", "started_at", models.DateTimeField("起算时间", null=True, blank=True)),
        migrations.AddField("clock", "due_at", models.DateTimeField("到期时间", null=True, blank=True)),
        migrations.AddConstraint(
            "clock",
            models.CheckConstraint(
                condition=models.Q(unit="hour", started_at__isnull=False, due_at__isnull=False)
                | (~models.Q(unit="hour") & models.Q(due_at__isnull=True)),
                name="clock_in_hours_has_moments",
            ),
        ),
        migrations.RunPython(give_open_steps_clocks, give_steps_their_days),
        migrations.RemoveField("casestep", "due_on"),
        migrations.AddField("pause", "from_at", models.DateTimeField("开始时间", null=True)),
        migrations.AddField("pause", "to_at", models.DateTimeField("结束时间", null=True, blank=True)),
        migrations.RunPython(give_pauses_moments, migrations.RunPython.noop),
        migrations.AlterField("pause", "from_at", models.DateTimeField("开始时间")),
        migrations.AlterField("pause", "from_on", models.DateField("开始日", null=True)),
        migrations.RunPython(migrations.RunPython.noop, give_pauses_days),
        migrations.RemoveField("pause", "from_on"),
        migrations.RemoveField("pause", "to_on"),
    ]
