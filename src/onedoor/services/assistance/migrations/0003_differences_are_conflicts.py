from datetime import timedelta

from django.db import migrations

STATES = {"open": "to_verify", "found": "settled", "declared": "settled"}


def move_differences(apps, schema_editor):
    """A difference becomes a conflict of its case; the newest of each fact stays open where several were."""
    Difference = apps.get_model("assistance", "Difference")
    Conflict = apps.get_model("cases", "Conflict")
    taken = set()
    rows = Difference.objects.select_related("result__verification").order_by("-pk")
    for row in rows.iterator(chunk_size=500):
        result = row.result
        key = (result.verification.case_id, row.kind)
        is_open = row.settled == "open"
        raised_at = result.received_at or result.verification.started_at
        Conflict.objects.create(
            case_id=key[0],
            fact=row.kind,
            label=row.label,
            declared=str(row.declared),
            found=str(row.found),
            source=result.source,
            source_words=result.source,
            receipt=result.query_id,
            as_of=result.as_of,
            state="superseded" if is_open and key in taken else STATES[row.settled],
            raised_at=raised_at,
            explain_due_on=(raised_at + timedelta(days=7)).date(),
            settled="" if is_open else row.settled,
            reason=str(row.reason),
            settled_at=row.settled_at,
            settled_by=row.settled_by,
        )
        if is_open:
            taken.add(key)


class Migration(migrations.Migration):

    dependencies = [
        ("assistance", "0002_waiting_sources"),
        ("cases", "0006_conflicts"),
    ]

    operations = [
        migrations.RunPython(move_differences, migrations.RunPython.noop),
        migrations.DeleteModel(name="Difference"),
    ]
