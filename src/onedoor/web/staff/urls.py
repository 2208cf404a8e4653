"""Addresses of the officers' workbench."""

from django.urls import path

from onedoor.web.staff import acts, desk, registers, window
from onedoor.web.staff.assistance import views as assistance

urlpatterns = [
    path("", desk.worklist, name="worklist"),
    path("post/", desk.choose_post, name="choose_post"),
    path("cases/<str:number>/", desk.case, name="staff_case"),
    path("cases/<str:number>/documents/<int:document_id>.pdf", desk.document, name="staff_document"),
    path("cases/<str:number>/reveal/", desk.reveal, name="reveal"),
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
    path("objections/<int:objection_id>/", acts.objection, name="objection"),
    path("reset/", window.reset, name="reset"),
    path("registers/", registers.index, name="registers"),
    path("registers/<str:code>/", registers.entries, name="register"),
    path("registers/<str:code>/<int:entry_id>/", registers.entry, name="register_entry"),
    path("certificates/", desk.certificates_list, name="staff_certificates"),
    path("certificates/<str:identifier>/revoke/", acts.revoke, name="revoke"),
    path("cases/<str:number>/difference/", assistance.difference, name="assistance_difference"),
]
