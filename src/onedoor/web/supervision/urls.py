"""Addresses of the supervision board."""

from django.urls import path

from onedoor.web.supervision import pauses, ratings, views

urlpatterns = [
    path("", views.board, name="board"),
    path("audit/", views.audit, name="audit"),
    path("audit/export/", views.export, name="audit_export"),
    path("suspensions/", views.suspensions, name="suspensions"),
    path("rows/<slug:shown>/", views.rows, name="board_rows"),
    path("ratings/", ratings.figures, name="rating_figures"),
    path("ratings/rows/", ratings.rows, name="rating_rows_behind"),
    path("pauses/", pauses.figures, name="pauses"),
    path("pauses/cases/", pauses.cases, name="paused_cases"),
    path("cases/<str:number>/", views.replay, name="replay"),
]
