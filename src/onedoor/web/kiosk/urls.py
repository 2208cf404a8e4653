"""Addresses of the machines in the halls; no secret stands in any of them."""

from django.urls import path

from onedoor.web.kiosk import views

urlpatterns = [
    path("", views.front, name="kiosk"),
    path("enrol/", views.enrol, name="kiosk_enrol"),
    path("card/", views.card, name="kiosk_card"),
    path("items/", views.items, name="kiosk_items"),
    path("tickets/", views.tickets, name="kiosk_tickets"),
    path("cases/", views.own_cases, name="kiosk_cases"),
    path("certificates/", views.own_certificates, name="kiosk_certificates"),
    path("idle/", views.idle, name="kiosk_idle"),
    path("stay/", views.stay, name="kiosk_stay"),
    path("over/", views.over, name="kiosk_over"),
]
