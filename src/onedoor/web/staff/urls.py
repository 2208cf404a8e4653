"""Addresses of the officers' workbench."""

from django.urls import path

from onedoor.web.staff import acts, certificate_acts, certificates, desk, registers, window
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
    path("registers/", registers.index, name="registers"),
    path("registers/<str:code>/", registers.entries, name="register"),
    path("registers/<str:code>/<int:entry_id>/", registers.entry, name="register_entry"),
    path("certificates/", certificates.certificates_list, name="staff_certificates"),
    path("certificates/check/", certificates.check_batch, name="staff_check_batch"),
    path("certificates/imports/", certificates.imports, name="staff_imports"),
    path("certificates/imports/<int:imported_id>/", certificates.imported, name="staff_imported"),
    path("certificates/<str:identifier>/", certificates.certificate, name="staff_certificate"),
    path("certificates/<str:identifier>/face.pdf", certificates.certificate_pdf, name="staff_certificate_pdf"),
    path("certificates/<str:identifier>/revoke/", certificate_acts.end, name="revoke"),
    path("certificates/<str:identifier>/suspend/", certificate_acts.suspend, name="certificate_suspend"),
    path("certificates/<str:identifier>/resume/", certificate_acts.resume, name="certificate_resume"),
    path("certificates/<str:identifier>/print/", certificate_acts.print_copy, name="certificate_print"),
    path("certificates/<str:identifier>/change/", certificate_acts.change, name="certificate_change"),
    path("cases/<str:number>/difference/", assistance.difference, name="assistance_difference"),
]
