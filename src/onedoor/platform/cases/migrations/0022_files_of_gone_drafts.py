"""Files of drafts that were thrown away belong to nothing any more."""

from django.db import migrations
from django.utils import timezone

AT_ONCE = 1000


def let_go(apps, schema_editor):
    """Until now a file stayed granted to a draft that was gone."""
    grants = apps.get_model("files", "FileGrant").objects
    there = {f"draft:{pk}" for pk in apps.get_model("cases", "Draft").objects.values_list("pk", flat=True)}
    of_drafts = grants.filter(target__startswith="draft:").values_list("pk", "target").iterator(chunk_size=AT_ONCE)
    gone = [pk for pk, target in of_drafts if target not in there]
    for start in range(0, len(gone), AT_ONCE):
        grants.filter(pk__in=gone[start : start + AT_ONCE]).delete()
    stored = apps.get_model("files", "StoredFile").objects
    stored.filter(left_at__isnull=True).exclude(pk__in=grants.values("file_id")).update(left_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_ended_by_case"), ("files", "0005_left_files")]

    operations = [migrations.RunPython(let_go, migrations.RunPython.noop)]
