"""Addresses of the officers' workbench."""

from django.urls import path

from onedoor.web.staff import acts, desk, people, people_places, registers, window
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
    path("objections/<int:objection_id>/", acts.objection, name="objection"),
    path("reset/", window.reset, name="reset"),
    path("window/", window.window, name="window"),
    path("window/verify/", window.verify, name="window_verify"),
    path("window/delegate/", window.delegate, name="window_delegate"),
    path("window/guard/", window.guard, name="window_guard"),
    path("window/person/", window.lookup, name="window_lookup"),
    path("window/assist/", window.assist, name="assist"),
    path("absences/", people.absences, name="absences"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new_officer, name="new_officer"),
    path("people/<int:login_id>/", people.officer, name="officer"),
    path("organizations/", people_places.organizations, name="organizations"),
    path("organizations/<int:organization_id>/", people_places.organization, name="organization"),
    path("divisions/", people_places.divisions, name="divisions"),
    path("registers/", registers.index, name="registers"),
    path("registers/<str:code>/", registers.entries, name="register"),
    path("registers/<str:code>/<int:entry_id>/", registers.entry, name="register_entry"),
    path("certificates/", desk.certificates_list, name="staff_certificates"),
    path("certificates/<str:identifier>/revoke/", acts.revoke, name="revoke"),
    path("cases/<str:number>/difference/", assistance.difference, name="assistance_difference"),
]
