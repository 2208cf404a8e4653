from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0020_service_point_position")]

    operations = [
        migrations.AddField(
            model_name="servicepoint",
            name="closed_on",
            field=models.DateField(blank=True, null=True, verbose_name="关闭日"),
        ),
    ]
