import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def approve_standing(apps, schema_editor):
    """Deputations entered before approvals were asked for go on."""
    absences = apps.get_model("identity", "Absence").objects.filter(approved_at__isnull=True)
    absences.update(approved_at=F("recorded_at"))



class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0007_blind_index_columns'),
    ]

    operations = [
        migrations.AddField(
            model_name='absence',
            name='approved_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='批准时间'),
        ),
        migrations.AddField(
            model_name='absence',
            name='approved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人'),
        ),
        migrations.RunPython(approve_standing, migrations.RunPython.noop),
        migrations.CreateModel(
            name='AccountReset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(verbose_name='记录时间')),
                ('recorded_by', models.CharField(max_length=80, verbose_name='记录人')),
                ('note', models.CharField(max_length=200, verbose_name='核对情况')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='批准时间')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('login', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resets', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
            ],
            options={
                'verbose_name': '账号重置申请',
                'verbose_name_plural': '账号重置申请',
                'constraints': [models.UniqueConstraint(condition=models.Q(('approved_at__isnull', True)), fields=('login',), name='open_reset_once')],
            },
        ),
    ]
