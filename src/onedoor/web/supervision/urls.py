"""Addresses of the supervision board."""

from django.urls import path

from onedoor.web.supervision import views

urlpatterns = [
    path("", views.board, name="board"),
    path("cases/<str:number>/", views.replay, name="replay"),
]
