"""Every write of the cases room; callers import them from here."""

from onedoor.platform.cases.operations.decisions import decide_case
from onedoor.platform.cases.operations.desk import (
    accept_case,
    refuse_acceptance,
    request_supplement,
    supply_supplement,
    withdraw_case,
)
from onedoor.platform.cases.operations.drafts import (
    attach_material,
    discard_draft,
    record_fact,
    remove_material,
    save_section,
    sign_consent,
    sign_own_consent,
    start_again,
    start_draft,
    waive_material,
)
from onedoor.platform.cases.operations.duties import (
    close_ended_notices,
    deem_accepted,
    hand_in_due_cases,
    return_unsupplied_cases,
)
from onedoor.platform.cases.operations.endings import dispense_case, terminate_case
from onedoor.platform.cases.operations.notices import (
    close_notice,
    close_objection,
    post_notice,
    raise_objection,
)
from onedoor.platform.cases.operations.special import begin_special_procedure, end_special_procedure
from onedoor.platform.cases.operations.steps import complete_step, extend_limit
from onedoor.platform.cases.operations.subject_requests import ask_deletion, restrict_processing
from onedoor.platform.cases.operations.submission import (
    hand_in_case,
    submit_draft,
    undo_submission,
)

__all__ = [
    "accept_case",
    "ask_deletion",
    "attach_material",
    "begin_special_procedure",
    "close_ended_notices",
    "close_notice",
    "close_objection",
    "complete_step",
    "decide_case",
    "deem_accepted",
    "discard_draft",
    "dispense_case",
    "end_special_procedure",
    "extend_limit",
    "hand_in_case",
    "hand_in_due_cases",
    "post_notice",
    "restrict_processing",
    "raise_objection",
    "record_fact",
    "refuse_acceptance",
    "remove_material",
    "request_supplement",
    "return_unsupplied_cases",
    "save_section",
    "sign_consent",
    "sign_own_consent",
    "start_again",
    "start_draft",
    "submit_draft",
    "supply_supplement",
    "terminate_case",
    "undo_submission",
    "waive_material",
    "withdraw_case",
]
