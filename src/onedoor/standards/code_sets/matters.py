"""Service items, cases, certificates and data catalogues (GB/T 39046-2020, GB/T 39554, GB/T 36903, catalogue guideline)."""

from onedoor.standards.code_sets.table import CodeSet, rows

MATTERS = (
    CodeSet(
        "item_type",
        "事项类型",
        "GB/T 39046-2020",
        rows(
            "00 行政权力事项 administrative power · 01 行政许可 licence · 02 行政处罚 penalty · 03 行政强制 coercion · "
            "04 行政征收 levy · 05 行政给付 benefit · 06 行政检查 inspection · 07 行政确认 confirmation · 08 行政奖励 award · "
            "09 行政裁决 adjudication · 10 其他行政权力 other power · 20 公共服务 public service"
        ),
    ),
    CodeSet(
        "exercise_level",
        "行使层级",
        "GB/T 39046-2020",
        rows(
            "1 国家级 nation · 2 省级 province · 3 市级 prefecture · 4 县级 county · 5 镇（乡、街道）级 township · "
            "6 村（社区）级 village · 7 分级管理 by grade"
        ),
    ),
    CodeSet(
        "organ_nature",
        "实施主体性质",
        "GB/T 39046-2020",
        rows("1 法定机关 statutory organ · 2 授权组织 authorised · 3 受委托组织 entrusted · 9 其他 other"),
    ),
    CodeSet(
        "service_object",
        "服务对象",
        "GB/T 39046-2020",
        rows(
            "1 自然人 person · 2 企业法人 enterprise · 3 事业法人 public institution · 4 社会组织法人 social organization · "
            "5 行政机关 organ · 6 其他组织 other organization"
        ),
    ),
    CodeSet(
        "handle_form",
        "办理形式",
        "GB/T 39046-2020",
        rows(
            "1 窗口办理 window · 2 电脑端网上办理 web · 3 移动端办理 mobile · 4 快递申请 courier · 5 自助终端 kiosk · 9 其他 other"
        ),
    ),
    CodeSet(
        "case_type",
        "办件类型",
        "GB/T 39046-2020",
        rows("1 即办件 immediate · 2 承诺件 promised · 9 其他 other"),
    ),
    CodeSet(
        "special_procedure",
        "特别程序种类",
        "GB/T 39046-2020",
        rows("1 延长审批 extension · 2 延长审批以外的特别程序 other special procedure"),
    ),
    CodeSet(
        "satisfaction",
        "满意度",
        "GB/T 39046-2020",
        rows(
            "1 非常满意 very satisfied · 2 满意 satisfied · 3 基本满意 fairly satisfied · 4 不满意 dissatisfied · "
            "5 非常不满意 very dissatisfied"
        ),
    ),
    CodeSet("step_status", "环节办理状态", "GB/T 39046-2020", rows("1 待办 waiting · 2 已办 done")),
    CodeSet(
        "power_source",
        "权力来源",
        "GB/T 39554.2-2020",
        rows(
            "1 法定本级行使 statutory · 2 上级下放 delegated · 3 上级授权 authorised from above · 4 同级授权 authorised · "
            "5 上级委托 entrusted from above · 6 同级委托 entrusted · 9 其他 other"
        ),
    ),
    CodeSet("limit_unit", "时限单位", "GB/T 39554.2-2020", rows("1 工作日 working day · 2 自然日 natural day")),
    CodeSet(
        "certificate_status",
        "证照状态",
        "国家平台证照接口",
        rows(
            "01 有效 valid · 02 暂扣 suspended · 03 撤销 revoked · 04 注销 deregistered · 05 失效 expired · "
            "06 办理转出 transferred · 07 吊销 withdrawn · 99 其他 other"
        ),
    ),
    CodeSet(
        "share_type",
        "共享属性",
        "政务数据共享条例",
        rows("1 无条件共享 unconditional · 2 有条件共享 conditional · 3 不予共享 not shared"),
    ),
    CodeSet("open_type", "开放属性", "政务数据目录", rows("0 不开放 closed · 1 开放 open")),
    CodeSet(
        "share_method", "共享方式", "政务数据目录", rows("1 数据库 database · 2 文件下载 file · 3 服务接口 service")
    ),
    CodeSet(
        "format_type",
        "资源格式",
        "政务数据目录",
        rows(
            "1 电子文件 document · 2 电子表格 spreadsheet · 3 数据库 database · 4 图形图像 image · 5 流媒体 stream · "
            "6 自描述格式 self-describing · 7 服务接口 service"
        ),
    ),
    CodeSet(
        "update_cycle",
        "更新周期",
        "政务数据目录",
        rows(
            "1 实时 real time · 2 每日 daily · 3 每周 weekly · 4 每月 monthly · 5 每季度 quarterly · "
            "6 每半年 half-yearly · 7 每年 yearly"
        ),
    ),
)
_EXPORTED_AS_OTHER = {"handle_form": {"5"}}  # in use here, unknown to the standard


def exported(table: str, code: str) -> str:
    """Return the code as it is given to others: what the standard does not know goes as 9 其他."""
    return "9" if code in _EXPORTED_AS_OTHER.get(table, set()) else code


def stars(satisfaction: str) -> int:
    """Return stars for a satisfaction code: the code counts 1 as best, stars count 5 as best."""
    return 6 - int(satisfaction)
