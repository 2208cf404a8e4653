"""Files wait for the scanner, and lie in quarantine if they do not pass."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0003_parts'),
    ]

    operations = [
        migrations.AddField(
            model_name='storedfile',
            name='scan',
            field=models.CharField(choices=[('unscanned', '没有做过安全检查'), ('waiting', '正在做安全检查'), ('clean', '通过安全检查'), ('infected', '未通过安全检查'), ('destroyed', '未通过安全检查，已销毁')], default='unscanned', max_length=10, verbose_name='安全检查'),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='scan_due_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='下次检查'),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='scan_failures',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='检查失败次数'),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='scanned_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='检查时间'),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(condition=models.Q(('scan__in', ('unscanned', 'clean')), _negated=True), fields=['scan', 'id'], name='file_to_scan'),
        ),
    ]
