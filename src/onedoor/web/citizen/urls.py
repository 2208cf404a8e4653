"""Addresses of the citizen portal."""

from django.urls import path

from onedoor.web.citizen import account, cases, drafts, guide, public

urlpatterns = [
    path("", guide.home, name="home"),
    path("search/", guide.search, name="search"),
    path("place/", guide.choose_place, name="place"),
    path("items/<str:code>/", guide.item, name="item"),
    path("items/<str:code>/check/", guide.precheck, name="precheck"),
    path("items/<str:code>/start/", drafts.start, name="start"),
    path("drafts/<uuid:draft_id>/", drafts.overview, name="draft"),
    path("drafts/<uuid:draft_id>/materials/", drafts.materials, name="draft_materials"),
    path("drafts/<uuid:draft_id>/consents/", drafts.consents, name="draft_consents"),
    path("drafts/<uuid:draft_id>/review/", drafts.review, name="draft_review"),
    path("drafts/<uuid:draft_id>/discard/", drafts.discard, name="draft_discard"),
    path("drafts/<uuid:draft_id>/s/<slug:section>/", drafts.section, name="draft_section"),
    path("me/", account.me, name="me"),
    path("me/messages/", account.messages, name="messages"),
    path("me/delegations/", account.delegations, name="delegations"),
    path("me/signatures/", account.signatures, name="signatures"),
    path("me/consents/", account.my_consents, name="my_consents"),
    path("me/looks/", account.looks, name="looks"),
    path("me/data/", account.my_data, name="my_data"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/submitted/", cases.submitted, name="submitted"),
    path("cases/<str:number>/hand-in/", cases.hand_in, name="hand_in"),
    path("cases/<str:number>/undo/", cases.undo, name="undo"),
    path("cases/<str:number>/supplement/", cases.supplement, name="supplement"),
    path("cases/<str:number>/again/", cases.again, name="again"),
    path("cases/<str:number>/withdraw/", cases.withdraw, name="withdraw"),
    path("cases/<str:number>/documents/<int:document_id>.pdf", cases.document, name="document"),
    path("cases/<str:number>/certificates/<int:certificate_id>.pdf", cases.certificate, name="certificate"),
    path("files/<int:file_id>/", cases.file, name="file"),
    path("check/", public.check_start, name="check_start"),
    path("check/<str:token>/", public.check, name="check"),
    path("check/<str:token>/recorded/", public.recorded, name="recorded"),
    path("check/<str:token>/proof.json", public.proof, name="proof"),
    path("progress/", public.progress, name="progress"),
    path("notices/", public.notices, name="notices"),
    path("notices/<int:notice_id>/", public.notice, name="notice"),
]
