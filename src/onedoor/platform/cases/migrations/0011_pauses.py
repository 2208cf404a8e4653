from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

PAUSES = [("special", "特别程序"), ("supplement", "受理后补充材料"), ("hearing", "听证")]

ACTIONS = [
    ("submit", "提交申请"),
    ("undo", "撤销提交"),
    ("hand_in", "收件"),
    ("ask_supplement", "一次性告知补正"),
    ("supply", "补齐材料"),
    ("return", "逾期未补正退件"),
    ("refuse", "不予受理"),
    ("accept", "受理"),
    ("deem_accepted", "逾期未告知视为受理"),
    ("complete_step", "完成环节"),
    ("post_notice", "发布公示"),
    ("extend", "延长期限"),
    ("grant", "准予"),
    ("deny", "不予批准"),
    ("finish", "办结"),
    ("withdraw", "撤回申请"),
    ("dispense", "告知无需办理"),
    ("begin_special", "启动特别程序"),
    ("end_special", "结束特别程序"),
    ("run_again", "特别程序超过最长期限，恢复计时"),
    ("terminate", "终止办理"),
    ("correct", "当场更正"),
    ("propose", "拟定决定"),
    ("oppose", "复核不同意"),
    ("dispatch", "寄出文书"),
    ("deliver", "送达"),
    ("await_delivery", "等待送达"),
    ("transfer", "转报上级"),
    ("void", "作废"),
    ("link", "关联办件"),
    ("inform_hearing", "告知听证权利"),
    ("waive_hearing", "放弃听证"),
    ("expire_hearing", "逾期未申请听证"),
    ("request_hearing", "申请听证"),
    ("schedule_hearing", "通知听证"),
    ("hold_hearing", "举行听证"),
    ("sign_record", "签署听证笔录"),
    ("propose_revocation", "告知拟撤销"),
    ("state_defence", "陈述申辩"),
    ("revoke", "决定撤销"),
    ("drop_revocation", "决定不予撤销"),
    ("recalculate", "时限重新计算"),
    ("raise_conflict", "查得与申报不一致"),
    ("explain", "说明情况"),
    ("settle_conflict", "核实不一致"),
    ("check_original", "核对原件"),
    ("take_certificate", "以电子证照代替材料"),
    ("give_paper", "交来材料"),
    ("return_tolerated", "逾期未补交容缺材料退件"),
    ("retract_promise", "撤回承诺"),
    ("check_promise", "核查承诺"),
    ("answer_breach", "对承诺不实陈述申辩"),
    ("settle_breach", "处理承诺不实"),
]


def say_what_pauses_are(apps, schema_editor):
    """Pauses so far said in words what they were; the action that began one knows the procedure and who approved it."""
    Pause, Action = apps.get_model("cases", "Pause"), apps.get_model("cases", "Action")
    Pause.objects.filter(reason="听证").update(kind="hearing")
    Pause.objects.filter(reason="受理后补充材料").update(kind="supplement")
    for pause in Pause.objects.filter(kind="special").select_related("case__item_version").iterator(chunk_size=1000):
        begun = Action.objects.filter(case_id=pause.case_id, kind="begin_special", at=pause.from_at).first()
        if begun is None:
            continue
        pause.procedure, pause.login_id = begun.facts.get("procedure", ""), begun.login_id
        known = pause.case.item_version.definition.get("special_procedures", [])
        most = next((one.get("most_days", 60) for one in known if one["code"] == pause.procedure), None)
        if most is not None:
            pause.most_until = timezone.localtime(pause.from_at).date() + timedelta(days=most)
        pause.save(update_fields=["procedure", "login_id", "most_until"])
    for pause in Pause.objects.filter(kind="supplement").iterator(chunk_size=1000):
        asked = Action.objects.filter(case_id=pause.case_id, kind="ask_supplement", at=pause.from_at).first()
        if asked is not None:
            Pause.objects.filter(pk=pause.pk).update(login_id=asked.login_id)


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_clocks"), ("files", "0002_sealed")]

    operations = [
        migrations.AlterField("action", "kind", models.CharField("动作", max_length=20, choices=ACTIONS)),
        migrations.AddField("pause", "kind", models.CharField("类型", max_length=10, choices=PAUSES, default="special"), preserve_default=False),
        migrations.AddField("pause", "procedure", models.CharField("特别程序", max_length=40, blank=True, default="")),
        migrations.AddField("pause", "most_until", models.DateField("最长到", null=True, blank=True)),
        migrations.AddField("pause", "over_at", models.DateTimeField("恢复计时", null=True, blank=True)),
        migrations.AddField("pause", "login_id", models.BigIntegerField("批准人登录号", null=True, blank=True)),
        migrations.AddField(
            "pause",
            "proof",
            models.ForeignKey(
                "files.StoredFile",
                verbose_name="结果证明",
                null=True,
                blank=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
            ),
        ),
        migrations.RunPython(say_what_pauses_are, migrations.RunPython.noop),
        migrations.AddIndex(
            "pause",
            models.Index(fields=["planned_end"], name="pause_running", condition=models.Q(to_at__isnull=True)),
        ),
        migrations.AddIndex("pause", models.Index(fields=["login_id"], name="pause_by_officer")),
    ]
