"""Addresses of the machines in the halls; no secret stands in any of them."""

from django.urls import path

from onedoor.web.kiosk import scanning, views

urlpatterns = [
    path("", views.front, name="kiosk"),
    path("enrol/", views.enrol, name="kiosk_enrol"),
    path("card/", views.card, name="kiosk_card"),
    path("items/", views.items, name="kiosk_items"),
    path("tickets/", views.tickets, name="kiosk_tickets"),
    path("cases/", views.own_cases, name="kiosk_cases"),
    path("certificates/", views.own_certificates, name="kiosk_certificates"),
    path("scan/form/", scanning.form, name="kiosk_scan_form"),
    path("scan/pages/<int:page_id>/", scanning.page, name="kiosk_scan_page"),
    path("scan/draft/<uuid:draft_id>/<slug:material>/", scanning.of_draft, name="kiosk_scan"),
    path("scan/case/<str:number>/<slug:material>/", scanning.of_case, name="kiosk_scan_case"),
    path("idle/", views.idle, name="kiosk_idle"),
    path("stay/", views.stay, name="kiosk_stay"),
    path("over/", views.over, name="kiosk_over"),
]
