"""Components with a little logic of their own: drawings, the state of a case, the ways of the portal."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from onedoor.platform.kernel.languages import told
from onedoor.platform.recognition import queries as recognition

register = template.Library()

STATE_TONES = {"completed": "good", "supplement_wait": "wait"}
RESULT_TONES = {"granted": ("good", "准予"), "denied": ("bad", "未批准"), "revoked": ("bad", "已撤销")}


@dataclass(frozen=True)
class Tab:
    """One way of the portal: it is current on its own page and on those that belong to it."""

    title: str
    icon: str
    page: str
    pages: frozenset[str]


TABS = (
    Tab("首页", "home", "home", frozenset({"place"})),
    Tab(
        "搜索",
        "search",
        "search",
        frozenset({"service", "item", "precheck", "start", "policies", "policy", "offices", "ask", "finder"}),
    ),
    Tab("查进度", "progress", "progress", frozenset()),
    Tab("公示", "notice", "notices", frozenset({"notice"})),
)


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """Draw an icon of the sprite; the words beside it say what it means. `kind` is a modifier: small."""
    return _use(f"icon icon--{kind}" if kind else "icon", name)


@register.simple_tag
def scene(name: str, css: str = "scene") -> SafeString:
    """Draw one of the larger two-toned pictures, in the hue of where it stands."""
    return _use(css, f"scene-{name}")


def _use(css: str, name: str) -> SafeString:
    sprite = static("parts/icons.svg")
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', css, sprite, name
    )


@register.simple_tag
def case_state(case: Any) -> SafeString:
    """Say where a case stands and how it was decided, each as a tag."""
    tone = STATE_TONES.get(case.state)
    state = format_html(
        '<span class="tag{}">{}</span>', f" tag--{tone}" if tone else "", told(case.get_state_display())
    )
    if case.result not in RESULT_TONES:
        return state
    tone, word = RESULT_TONES[case.result]
    return format_html('{} <span class="tag tag--{}">{}</span>', state, tone, told(word))


@register.inclusion_tag("parts/tabs.html", takes_context=True)
def tabs(context: dict[str, Any]) -> dict[str, Any]:
    """The ways of the portal; on a phone they stand at the thumb."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match else ""
    actor = context.get("actor")
    kind = getattr(actor, "kind", "anonymous")
    ways = [(tab.title, tab.icon, reverse(tab.page), here == tab.page or here in tab.pages) for tab in TABS]
    if kind == "officer":
        ways.append(("工作台", "list", reverse("worklist"), False))
    elif kind == "anonymous":
        ways.append(("登录", "me", reverse("login"), here in ("login", "login_code")))
    else:
        elsewhere = any(is_here for _, _, _, is_here in ways)  # one way is current, never two
        ways.append(("我的", "me", reverse("me"), bool(here) and not elsewhere))
    return {"ways": ways, "lang": context.get("lang")}


@register.filter
def words(text: str) -> list[str]:
    """Split a list written as words with spaces between them."""
    return text.split()


@register.simple_tag
def hears() -> bool:
    """Tell whether something may be spoken here instead of typed."""
    return recognition.hears()
