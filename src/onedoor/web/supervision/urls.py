"""Addresses of the supervision board."""

from django.urls import path

from onedoor.web.supervision import views

urlpatterns = [
    path("", views.board, name="board"),
    path("audit/", views.audit, name="audit"),
    path("rows/<slug:shown>/", views.rows, name="board_rows"),
    path("cases/<str:number>/", views.replay, name="replay"),
]
