"""Every write of the cases room; callers import them from here."""

from onedoor.platform.cases.life import CaseChanged, require_unchanged
from onedoor.platform.cases.operations.calendars import (
    MOST_LOOKED_AT,
    HolidayNotice,
    import_calendar,
    preview_calendar,
    read_notice,
)
from onedoor.platform.cases.operations.carrying import carry_over
from onedoor.platform.cases.operations.commitments import (
    answer_breach,
    check_commitment,
    repair_credit,
    retract_commitment,
    settle_breach,
    sign_commitment,
)
from onedoor.platform.cases.operations.conflicts import (
    Finding,
    explain_conflict,
    report_findings,
    settle_conflict,
)
from onedoor.platform.cases.operations.correction import correct_answers
from onedoor.platform.cases.operations.decisions import (
    confirm_decision,
    decide_at_once,
    decide_case,
    propose_decision,
)
from onedoor.platform.cases.operations.delivery import (
    choose_delivery,
    complete_public_deliveries,
    confirm_delivery,
    deliver_document,
)
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
    remind_of_tolerated,
    return_unsupplied_cases,
    return_untolerated,
)
from onedoor.platform.cases.operations.early import (
    Opened,
    begin_early_draft,
    begin_for_caller,
    discard_early_draft,
    open_early_draft,
    renew_early_code,
    save_early_section,
    send_early_code,
)
from onedoor.platform.cases.operations.early_papers import add_early_paper, remove_early_paper
from onedoor.platform.cases.operations.early_taking import Taken, take_early_draft
from onedoor.platform.cases.operations.endings import dispense_case, terminate_case
from onedoor.platform.cases.operations.hearings import (
    hold_hearing,
    inform_hearing_right,
    request_hearing,
    schedule_hearing,
    sign_hearing_record,
    waive_hearing,
)
from onedoor.platform.cases.operations.linked import start_linked, transfer_case
from onedoor.platform.cases.operations.notices import (
    close_notice,
    close_objection,
    post_notice,
    raise_objection,
)
from onedoor.platform.cases.operations.paper_forms import take_paper_form
from onedoor.platform.cases.operations.papers import check_original, choose_paper, give_papers, take_certificate
from onedoor.platform.cases.operations.quality import answer_ticket
from onedoor.platform.cases.operations.queues import drop_queue, keep_queue
from onedoor.platform.cases.operations.relatives import declare_relative
from onedoor.platform.cases.operations.revocation import (
    decide_revocation,
    propose_revocation,
    state_defence,
)
from onedoor.platform.cases.operations.signatories import (
    ask_signatories,
    countersign,
    decline_signature,
    drop_signatory,
    lapse_signatures,
    name_signatory,
)
from onedoor.platform.cases.operations.special import begin_special_procedure, end_special_procedure
from onedoor.platform.cases.operations.steps import complete_step, extend_limit, give_opinion
from onedoor.platform.cases.operations.subject_requests import ask_deletion, restrict_processing
from onedoor.platform.cases.operations.submission import (
    hand_in_case,
    submit_draft,
    undo_submission,
)
from onedoor.platform.cases.operations.tolerance import return_overdue
from onedoor.platform.cases.operations.voiding import confirm_void, request_void

__all__ = [
    "add_early_paper",
    "remove_early_paper",
    "take_early_draft",
    "send_early_code",
    "save_early_section",
    "renew_early_code",
    "open_early_draft",
    "discard_early_draft",
    "begin_early_draft",
    "begin_for_caller",
    "Taken",
    "Opened",
    "CaseChanged",
    "Finding",
    "HolidayNotice",
    "MOST_LOOKED_AT",
    "accept_case",
    "answer_breach",
    "answer_ticket",
    "ask_deletion",
    "attach_material",
    "begin_special_procedure",
    "carry_over",
    "check_commitment",
    "check_original",
    "choose_delivery",
    "choose_paper",
    "close_ended_notices",
    "close_notice",
    "close_objection",
    "complete_public_deliveries",
    "complete_step",
    "confirm_decision",
    "confirm_delivery",
    "confirm_void",
    "correct_answers",
    "decide_at_once",
    "decide_case",
    "decide_revocation",
    "declare_relative",
    "deem_accepted",
    "deliver_document",
    "discard_draft",
    "dispense_case",
    "drop_queue",
    "end_special_procedure",
    "keep_queue",
    "expire_hearing_rights",
    "explain_conflict",
    "extend_limit",
    "give_papers",
    "give_opinion",
    "hand_in_case",
    "hand_in_due_cases",
    "hold_hearing",
    "import_calendar",
    "inform_hearing_right",
    "post_notice",
    "preview_calendar",
    "propose_decision",
    "propose_revocation",
    "raise_objection",
    "read_notice",
    "record_fact",
    "refuse_acceptance",
    "remind_of_tolerated",
    "remove_material",
    "repair_credit",
    "report_findings",
    "request_hearing",
    "request_supplement",
    "request_void",
    "require_unchanged",
    "restrict_processing",
    "retract_commitment",
    "return_overdue",
    "return_unsupplied_cases",
    "return_untolerated",
    "save_section",
    "schedule_hearing",
    "settle_breach",
    "settle_conflict",
    "sign_commitment",
    "sign_consent",
    "sign_hearing_record",
    "sign_own_consent",
    "start_again",
    "start_draft",
    "start_linked",
    "state_defence",
    "submit_draft",
    "supply_supplement",
    "take_certificate",
    "take_paper_form",
    "terminate_case",
    "transfer_case",
    "undo_submission",
    "waive_hearing",
    "waive_material",
    "withdraw_case",
    "ask_signatories",
    "countersign",
    "decline_signature",
    "drop_signatory",
    "lapse_signatures",
    "name_signatory",
]
