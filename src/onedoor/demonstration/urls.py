"""Addresses of the demonstration; included only where the demonstration's clock is set."""

from django.urls import path

from onedoor.demonstration import views

urlpatterns = [
    path("", views.cast, name="demonstration"),
    path("enter/", views.enter, name="demonstration_enter"),
    path("devices/", views.devices, name="demonstration_devices"),
    path("clock/", views.move_clock, name="demonstration_clock"),
]
