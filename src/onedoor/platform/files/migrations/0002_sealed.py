"""Stored contents are sealed: each under a key of its own, under a digest that says nothing of them."""

from django.db import migrations, models

import onedoor.platform.kernel.fields


def seal_stored(apps, schema_editor):
    """Seal what lies open on disk; whose it was is not known any more, so it belongs to what it was given for."""
    from onedoor.platform.files import storage
    from onedoor.platform.files.ownership import keyed_digest

    StoredFile = apps.get_model("files", "StoredFile")
    for stored in StoredFile.objects.prefetch_related("grants").iterator(chunk_size=100):
        grant = next(iter(stored.grants.all()), None)
        stored.owner = (grant.target if grant else "unknown")[:40]
        plain = storage.path_of(stored.digest)
        aside = storage.Aside()
        if plain.exists():
            with plain.open("rb") as content:
                while piece := content.read(262_144):
                    aside.write(piece)
        aside.finish()
        old, stored.digest = stored.digest, keyed_digest(stored.owner, bytes.fromhex(stored.digest))
        stored.key = aside.key.kept()
        stored.save()
        if plain.exists():
            aside.put(storage.path_of(stored.digest))
            storage.remove(old)


class Migration(migrations.Migration):

    dependencies = [("files", "0001_initial")]

    operations = [
        migrations.AlterField("storedfile", "size", models.PositiveBigIntegerField(verbose_name="大小")),
        migrations.AlterField("storedfile", "media_type", models.CharField(max_length=100, verbose_name="类型")),
        migrations.AddField(
            "storedfile", "owner", models.CharField(default="", max_length=40, verbose_name="上传人"),
            preserve_default=False,
        ),
        migrations.AddField(
            "storedfile", "key", onedoor.platform.kernel.fields.EncryptedJSONField(null=True, verbose_name="密钥"),
        ),
        migrations.AddField(
            "filegrant", "name",
            onedoor.platform.kernel.fields.EncryptedTextField(blank=True, default="", verbose_name="文件名"),
        ),
        migrations.RunPython(seal_stored, migrations.RunPython.noop),
        migrations.AlterField(
            "storedfile", "key", onedoor.platform.kernel.fields.EncryptedJSONField(verbose_name="密钥")
        ),
        migrations.AddIndex(
            "storedfile", models.Index(fields=["owner", "recorded_at"], name="file_by_owner")
        ),
    ]
