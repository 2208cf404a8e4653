"""Addresses providers call back; nobody else has anything to do here."""

from django.urls import path

from onedoor.web.hooks import callbacks, nodes

urlpatterns = [
    path("sms/<slug:provider>/", callbacks.sms_receipt, name="sms_receipt"),
    path("network/", nodes.receive, name="network_messages"),
    path("treasury/", callbacks.treasury, name="treasury_notice"),
    path("wechat/", callbacks.wechat, name="wechat_callback"),
]
