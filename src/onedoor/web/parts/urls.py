"""Addresses every face shares: the entrance, the look, the health."""

from django.urls import path

from onedoor.web.parts import entrance, held, installing, outside, sessions

urlpatterns = [
    path("login/", entrance.login, name="login"),
    path("login/code/", entrance.login_code, name="login_code"),
    path("login/step-up/", entrance.step_up, name="step_up"),
    path("login/password/", entrance.password, name="password"),
    path("login/sessions/", sessions.sessions, name="sessions"),
    path("login/outside/", outside.accounts, name="outside_accounts"),
    path("login/outside/second/", outside.second, name="outside_second"),
    path("login/outside/<slug:code>/", outside.begin, name="outside_begin"),
    path("login/outside/<slug:code>/back/", outside.back, name="outside_back"),
    path("login/held/", held.held, name="held_form"),
    path("login/stay/", sessions.stay, name="stay"),
    path("staff/login/", entrance.officer_login, name="officer_login"),
    path("logout/", entrance.logout, name="logout"),
    path("appearance/", entrance.appearance, name="appearance"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("worker.js", installing.worker, name="worker"),
    path("offline/", installing.offline, name="offline"),
    path("healthz", entrance.healthz, name="healthz"),
]
