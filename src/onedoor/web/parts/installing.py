"""The site as an app on a phone: its manifest, the worker that answers when there is no network, the page it answers with."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

DAY = 86_400


@login_not_required
@require_safe
@cache_control(public=True, max_age=DAY)
def manifest(request: HttpRequest) -> JsonResponse:
    """Tell the phone how the app is called, looks and begins (W3C Web Application Manifest)."""
    content = {
        "id": "/",
        "name": "一门通 民政服务",
        "short_name": "一门通",
        "lang": "zh-CN",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#1b4f9c",
        "icons": [
            {"src": static("parts/mark.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": static("parts/mark-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": static("parts/mark-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any"},
        ],
        "shortcuts": [
            {"name": "我的办件", "url": reverse("me")},
            {"name": "查进度", "url": reverse("progress")},
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@login_not_required
@require_safe
@cache_control(public=True, max_age=0, must_revalidate=True)
def worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker; it stands at the root, so that it may answer for the whole site."""
    kept = [static(f"parts/css/{sheet}.css") for sheet in ("tokens", "base", "components")]
    context: dict[str, Any] = {
        "offline": reverse("offline"),
        "kept": [reverse("offline"), static("parts/mark.svg"), *kept],
    }
    context["icon"] = static("parts/mark-192.png")
    return render(request, "parts/worker.js", context, content_type="text/javascript; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=DAY)
def offline(request: HttpRequest) -> HttpResponse:
    """Say that there is no network, what is kept, and what can be done without: the same for everybody."""
    return render(request, "parts/offline.html")
