"""
Hash trees instead of plain chains under the seals, their time-stamps and suspended query rights.

The seals made before were chains that nobody outside could check, without row numbers. They are dropped: the next
round seals every row again from the first one on. The rows themselves are not touched.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.DeleteModel(name='AuditSeal'),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True, verbose_name='封印号')),
                ('first_number', models.PositiveBigIntegerField(verbose_name='首条序号')),
                ('count', models.PositiveIntegerField(verbose_name='条数')),
                ('first_id', models.BigIntegerField(verbose_name='首条')),
                ('last_id', models.BigIntegerField(unique=True, verbose_name='末条')),
                ('root', models.CharField(max_length=64, verbose_name='树根')),
                ('previous_hash', models.CharField(max_length=64, verbose_name='前一封印')),
                ('hash', models.CharField(max_length=64, unique=True, verbose_name='封印')),
                ('sealed_at', models.DateTimeField(verbose_name='封印时间')),
                ('signature', models.TextField(verbose_name='签名')),
            ],
            options={'verbose_name': '审计封印', 'verbose_name_plural': '审计封印'},
        ),
        migrations.CreateModel(
            name='TimeStamp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.BinaryField(verbose_name='时间戳')),
                ('stamped_at', models.DateTimeField(verbose_name='盖戳时间')),
                ('authority', models.CharField(max_length=200, verbose_name='时间戳机构')),
                ('seal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='time_stamp', to='audit.auditseal', verbose_name='封印')),
            ],
            options={'verbose_name': '时间戳', 'verbose_name_plural': '时间戳'},
        ),
        migrations.CreateModel(
            name='QuerySuspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('login_id', models.BigIntegerField(verbose_name='登录号')),
                ('officer_name', models.CharField(max_length=80, verbose_name='人员')),
                ('organization_id', models.BigIntegerField(null=True, verbose_name='单位')),
                ('organization_name', models.CharField(max_length=200, verbose_name='单位名称')),
                ('division', models.CharField(max_length=12, verbose_name='行政区划')),
                ('line', models.CharField(blank=True, default='', max_length=40, verbose_name='业务条线')),
                ('looks', models.PositiveIntegerField(verbose_name='无办件查询次数')),
                ('suspended_at', models.DateTimeField(verbose_name='暂停时间')),
                ('released_at', models.DateTimeField(blank=True, null=True, verbose_name='恢复时间')),
                ('released_by', models.CharField(blank=True, default='', max_length=80, verbose_name='恢复人')),
            ],
            options={'verbose_name': '查询权暂停', 'verbose_name_plural': '查询权暂停', 'indexes': [models.Index(fields=['division', 'suspended_at'], name='suspension_by_place')], 'constraints': [models.UniqueConstraint(condition=models.Q(('released_at__isnull', True)), fields=('login_id',), name='one_suspension_at_a_time')]},
        ),
        migrations.AddField('auditentry', 'device', models.CharField(blank=True, default='', max_length=16, verbose_name='设备')),
        migrations.AddField('auditentry', 'before', models.CharField(blank=True, default='', max_length=64, verbose_name='变更前摘要')),
        migrations.AddField('auditentry', 'after', models.CharField(blank=True, default='', max_length=64, verbose_name='变更后摘要')),
        migrations.AddField('auditentry', 'salt', models.CharField(blank=True, default='', max_length=32, verbose_name='盐')),
        migrations.AddIndex('auditentry', models.Index(fields=['login_id', 'at'], name='audit_by_login')),
    ]
