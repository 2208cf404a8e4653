import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_last_moment"), ("identity", "0005_data_stewards")]

    operations = [
        migrations.CreateModel(
            name="Queue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("login_id", models.BigIntegerField("登录号")),
                ("post_id", models.BigIntegerField("岗位", null=True)),
                ("title", models.CharField("名称", max_length=20)),
                ("sieve", models.JSONField("筛选")),
                ("shared", models.BooleanField("共用", default=False)),
                ("kept_by", models.CharField("保存人", max_length=80)),
                ("kept_at", models.DateTimeField("保存时间")),
                (
                    "organization",
                    models.ForeignKey(
                        verbose_name="单位",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "待办队列",
                "verbose_name_plural": "待办队列",
                "indexes": [
                    models.Index(fields=["login_id", "post_id"], name="queue_own"),
                    models.Index(fields=["organization"], name="queue_shared", condition=models.Q(shared=True)),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["login_id", "post_id", "title"], name="queue_title_once")
                ],
            },
        ),
        migrations.RemoveIndex("casestep", "step_waiting"),
        migrations.AddIndex(
            "casestep",
            models.Index(
                fields=["division", "urgent_on", "id"],
                name="step_waiting_in_place",
                condition=models.Q(ended_at__isnull=True),
            ),
        ),
        migrations.AddIndex(
            "casestep",
            models.Index(
                fields=["urgent_on", "id"], name="step_waiting", condition=models.Q(ended_at__isnull=True)
            ),
        ),
    ]
