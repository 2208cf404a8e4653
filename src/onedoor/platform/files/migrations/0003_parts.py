"""Files that come in parts, and how much somebody has brought in a day."""

import django.db.models.deletion
import onedoor.platform.kernel.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0002_sealed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Arrival',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.CharField(max_length=40, verbose_name='上传人')),
                ('size', models.PositiveBigIntegerField(verbose_name='大小')),
                ('at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '到达的文件',
                'verbose_name_plural': '到达的文件',
            },
        ),
        migrations.CreateModel(
            name='BegunUpload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('owner', models.CharField(max_length=40, verbose_name='上传人')),
                ('target', models.CharField(max_length=80, verbose_name='归属')),
                ('purpose', models.CharField(max_length=40, verbose_name='材料')),
                ('name', onedoor.platform.kernel.fields.EncryptedTextField(blank=True, default='', verbose_name='文件名')),
                ('size', models.PositiveBigIntegerField(verbose_name='大小')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='摘要')),
                ('received', models.PositiveBigIntegerField(default=0, verbose_name='已收')),
                ('begun_at', models.DateTimeField(verbose_name='开始时间')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='保留至')),
            ],
            options={
                'verbose_name': '未传完的文件',
                'verbose_name_plural': '未传完的文件',
            },
        ),
        migrations.CreateModel(
            name='UploadPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offset', models.PositiveBigIntegerField(verbose_name='起点')),
                ('size', models.PositiveBigIntegerField(verbose_name='大小')),
                ('digest', models.CharField(max_length=64, verbose_name='摘要')),
                ('key', onedoor.platform.kernel.fields.EncryptedJSONField(verbose_name='密钥')),
            ],
            options={
                'verbose_name': '文件的一段',
                'verbose_name_plural': '文件的一段',
            },
        ),
        migrations.RemoveIndex(
            model_name='storedfile',
            name='file_by_owner',
        ),
        migrations.AddIndex(
            model_name='arrival',
            index=models.Index(fields=['owner', 'at'], name='arrival_by_owner'),
        ),
        migrations.AddIndex(
            model_name='begunupload',
            index=models.Index(fields=['owner', 'target'], name='begun_upload_by_owner'),
        ),
        migrations.AddField(
            model_name='uploadpart',
            name='upload',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='files.begunupload'),
        ),
        migrations.AddConstraint(
            model_name='uploadpart',
            constraint=models.UniqueConstraint(fields=('upload', 'offset'), name='upload_part_once'),
        ),
    ]
