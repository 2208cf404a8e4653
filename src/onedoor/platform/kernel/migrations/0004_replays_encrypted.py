from django.db import migrations, models

import onedoor.platform.kernel.fields


class Migration(migrations.Migration):
    """Answers are stored encrypted from now on. What was remembered before is a day old at most and is given up."""

    dependencies = [
        ("kernel", "0003_rotation_and_rates"),
    ]

    operations = [
        migrations.DeleteModel(name="Replay"),
        migrations.CreateModel(
            name="Replay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=80, verbose_name="操作人")),
                ("scope", models.CharField(max_length=80, verbose_name="操作")),
                ("key", models.CharField(max_length=80, verbose_name="幂等键")),
                ("content_digest", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("answer", onedoor.platform.kernel.fields.EncryptedJSONField(null=True, verbose_name="应答")),
                ("at", models.DateTimeField(db_index=True, verbose_name="时间")),
            ],
            options={
                "verbose_name": "幂等记录",
                "verbose_name_plural": "幂等记录",
                "constraints": [models.UniqueConstraint(fields=("actor", "key"), name="replay_once")],
            },
        ),
    ]
