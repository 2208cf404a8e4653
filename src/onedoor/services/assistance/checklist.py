"""What two surveyors look at in a home (brief 6.10), as data."""

from onedoor.platform.catalog.conditions import Condition
from onedoor.platform.catalog.forms import Choice, FormField
from onedoor.platform.visits.checklists import Checklist

HOME_VISIT = Checklist(
    code="assistance.home_visit",
    version=1,
    title="低保入户调查表",
    questions=(
        FormField(code="opened_by", type="text", label="谁开的门、谁在家", required=True, max_length=100),
        FormField(
            code="living_here", type="integer", label="实际居住几人（看床铺、衣物）", required=True, min=0, max=30
        ),
        FormField(
            code="housing_state",
            type="choice",
            label="住房状况",
            required=True,
            choices=(
                Choice(value="good", label="安全完好"),
                Choice(value="plain", label="简陋"),
                Choice(value="danger", label="有危险"),
            ),
        ),
        FormField(
            code="visible_means", type="long_text", label="看到的家电、车辆、在建工程（只记所见）", max_length=400
        ),
        FormField(code="illness", type="yes_no", label="有无重病、长期用药", required=True),
        FormField(
            code="illness_cost",
            type="money",
            label="每月用药大约多少元",
            shown_when=Condition(field="illness", equals=True),
            required=True,
        ),
        FormField(code="neighbours", type="integer", label="走访邻居几户", required=True, min=0, max=20),
        FormField(code="wishes", type="long_text", label="家庭的困难和愿望", max_length=400),
    ),
    findings=(
        ("CONSISTENT", "与申报一致"),
        ("INCOME_DIFFERENT", "收入与申报不一致"),
        ("ASSET_FOUND", "发现未申报的财产"),
        ("MEMBER_DIFFERENT", "家庭成员与申报不一致"),
        ("NOT_LIVING_THERE", "不在此居住"),
        ("REFUSED", "拒绝调查"),
    ),
)
