"""Addresses of the officers' workbench."""

from django.urls import path

from onedoor.web.staff import acts, desk, proceedings, registers, window
from onedoor.web.staff.assistance import views as assistance

urlpatterns = [
    path("", desk.worklist, name="worklist"),
    path("post/", desk.choose_post, name="choose_post"),
    path("cases/<str:number>/", desk.case, name="staff_case"),
    path("cases/<str:number>/documents/<int:document_id>.pdf", desk.document, name="staff_document"),
    path("cases/<str:number>/accept/", acts.accept, name="accept"),
    path("cases/<str:number>/supplement/", acts.supplement, name="ask_supplement"),
    path("cases/<str:number>/refuse/", acts.refuse, name="refuse"),
    path("cases/<str:number>/visit/", acts.visit, name="visit"),
    path("cases/<str:number>/opinion/<slug:step>/", acts.opinion, name="opinion"),
    path("cases/<str:number>/notice/<slug:step>/", acts.notice, name="post_notice"),
    path("cases/<str:number>/dispense/", acts.dispense, name="dispense"),
    path("cases/<str:number>/terminate/", acts.terminate, name="terminate"),
    path("cases/<str:number>/special/", acts.special, name="special"),
    path("cases/<str:number>/extend/", acts.extend, name="extend"),
    path("cases/<str:number>/decide/", acts.decide, name="decide"),
    path("cases/<str:number>/decide-at-once/", acts.decide_at_once, name="decide_at_once"),
    path("cases/<str:number>/supplement/override/", acts.override_supplement, name="override_supplement"),
    path("cases/<str:number>/confirm/", proceedings.confirm, name="confirm_decision"),
    path("cases/<str:number>/correct/", proceedings.correct, name="staff_correct"),
    path("cases/<str:number>/deliver/", proceedings.deliver, name="deliver"),
    path("cases/<str:number>/hearing/", proceedings.hearing, name="staff_hearing"),
    path("cases/<str:number>/relative/", proceedings.declare_relative, name="declare_relative"),
    path("cases/<str:number>/transfer/", proceedings.transfer, name="transfer"),
    path("cases/<str:number>/revocation/", proceedings.propose_revocation, name="propose_revocation"),
    path("cases/<str:number>/revocation/decide/", proceedings.decide_revocation, name="decide_revocation"),
    path("voids/", proceedings.voids, name="voids"),
    path("objections/<int:objection_id>/", acts.objection, name="objection"),
    path("reset/", window.reset, name="reset"),
    path("registers/", registers.index, name="registers"),
    path("registers/<str:code>/", registers.entries, name="register"),
    path("registers/<str:code>/<int:entry_id>/", registers.entry, name="register_entry"),
    path("certificates/", desk.certificates_list, name="staff_certificates"),
    path("certificates/<str:identifier>/revoke/", acts.revoke, name="revoke"),
    path("cases/<str:number>/difference/", assistance.difference, name="assistance_difference"),
]
