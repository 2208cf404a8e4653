from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0030_defence_served")]

    operations = [
        migrations.RemoveIndex("casestep", "step_waiting_counts"),
        migrations.AddIndex(
            "casestep",
            models.Index(
                fields=["permission", "division", "code", "title", "item_code", "urgent_on", "opened_at", "id"],
                name="step_waiting_counts",
                condition=models.Q(ended_at__isnull=True),
            ),
        ),
    ]
