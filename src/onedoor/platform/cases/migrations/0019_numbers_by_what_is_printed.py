"""The running numbers of documents are counted by the words that are printed, no longer by the organ's row."""

from django.db import migrations

# As they stood when the counters were named after the organ's row.
SERIES = {
    "receipt": "收",
    "supplement": "补",
    "acceptance": "受",
    "tolerance": "容",
    "refusal": "不受",
    "return": "退",
    "notice": "示",
    "extension": "延",
    "grant": "准",
    "silent_grant": "默准",
    "limit_missed": "逾告",
    "denial": "不准",
    "withdrawal": "撤",
    "no_need": "无",
    "special": "特",
    "termination": "终",
    "transfer": "转",
    "hearing_right": "听告",
    "hearing_notice": "听通",
    "hearing_record": "听录",
    "intent": "撤告",
    "revocation": "撤决",
    "cancellation": "注决",
    "breach": "诺告",
    "service": "达",
}


def by_words(apps, schema_editor):
    """document:7:grant:2026 becomes document:朝民准:2026; of two organs with one short name the higher count stays."""
    series = apps.get_model("kernel", "NumberSeries")
    short_names = dict(apps.get_model("identity", "Organization").objects.values_list("pk", "short_name"))
    for row in list(series.objects.filter(name__startswith="document:")):
        _, organ, *kind, year = row.name.split(":")
        if not kind:
            continue  # named by its words already
        name = f"document:{short_names[int(organ)]}{SERIES[kind[0]]}:{year}"
        kept, created = series.objects.get_or_create(name=name, defaults={"last": row.last})
        if not created and kept.last < row.last:
            series.objects.filter(name=name).update(last=row.last)
        row.delete()


def by_rows(apps, schema_editor):
    """Back to the organ's row: each organ of the short name goes on after the same number."""
    series = apps.get_model("kernel", "NumberSeries")
    organs = apps.get_model("identity", "Organization").objects.order_by("-pk").values_list("pk", "short_name")
    for row in list(series.objects.filter(name__startswith="document:")):
        _, words, *_rest, year = row.name.split(":")
        if _rest:
            continue
        for organ, short_name in organs:
            for kind, word in SERIES.items():
                if words == f"{short_name}{word}":
                    series.objects.get_or_create(name=f"document:{organ}:{kind}:{year}", defaults={"last": row.last})
        row.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0018_objections"),
        ("identity", "0008_second_person_for_resets_and_deputies"),
        ("kernel", "0004_replays_encrypted"),
    ]

    operations = [migrations.RunPython(by_words, by_rows)]
