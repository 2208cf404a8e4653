"""
What people with poor eyes, hands or screens need of a page, measured in the browser.

WCAG 2.2 AA where axe cannot look (1.4.4, 1.4.10, 1.4.12, 2.1.1, 2.4.7, 2.4.11) and the figures of 互联网网站适老化通用设计规范
and 移动互联网应用（APP）适老化通用设计规范 for large print: words of 18 px and more, lines 1.3 times as high, 60 px for
what the page is there for and 44 px for everything else that is touched.
"""

from playwright.sync_api import Page

from tests.browser.test_pages import overflow

MOST_STOPS = 60  # of the key Tab on one page; a longer page repeats what it has
PARTS = 4  # stops within one field: day, month, year and the calendar of a date
WORDS, LINES, MAIN, OTHER = 18, 1.3, 60, 44

SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
        + " p { margin-bottom: 2em !important }");
    document.adoptedStyleSheets = [sheet];
}"""
TWICE = "() => { document.documentElement.style.fontSize = '200%' }"
PLAIN = "() => { document.adoptedStyleSheets = []; document.documentElement.style.fontSize = '' }"

# What a person sees of the element the keyboard stands on: its name, whether it is marked, whether something lies over it.
STOP = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    at.dataset.stop ??= String(document.querySelectorAll("[data-stop]").length + 1);
    const marked = (one) => {
        const style = getComputedStyle(one);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    };
    const box = at.getBoundingClientRect();
    const places = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.8], [0.1, 0.8], [0.9, 0.2]];
    const open = places.some(([x, y]) => {
        const seen = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
        return seen && (at.contains(seen) || seen.contains(at) || at.labels && [...at.labels].some((one) => one.contains(seen)));
    });
    let shown = at.labels && [...at.labels].some(marked);
    for (let one = at; one !== document.body && !shown; one = one.parentElement) shown = marked(one);
    return { stop: at.dataset.stop, shown, open, name: at.outerHTML.slice(0, 120) };
}"""

SMALL = """([words, lines, main, other]) => {
    const told = [], seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const hidden = (one) => one.closest(".visually-hidden, .skip, svg, [aria-hidden=true]");
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const one = node.parentElement;
        if (!node.data.trim() || !seen(one) || hidden(one) || /^(SCRIPT|STYLE|OPTION)$/.test(one.tagName)) continue;
        const style = getComputedStyle(one), size = parseFloat(style.fontSize), high = parseFloat(style.lineHeight);
        if (size < words) told.push(`${size} px: ${node.data.trim().slice(0, 20)}`);
        if (high / size < lines - 0.005) told.push(`lines of ${(high / size).toFixed(2)}: ${node.data.trim().slice(0, 20)}`);
    }
    const touched = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    for (const one of document.querySelectorAll(touched)) {
        if (!seen(one) || hidden(one)) continue;
        const style = getComputedStyle(one);
        if (style.display === "inline") continue; // a link in a sentence, as both norms allow
        const label = one.labels && one.labels[0], boxes = [one.getBoundingClientRect()];
        if (label && /^(radio|checkbox)$/.test(one.type)) boxes.push(label.getBoundingClientRect());
        const high = Math.max(...boxes.map((box) => box.height)), wide = Math.max(...boxes.map((box) => box.width));
        const least = one.matches(".button:not(.button--plain), .tab") ? main : other;
        if (high < least - 0.5 || wide < other - 0.5)
            told.push(`${Math.round(wide)}×${Math.round(high)} px, not ${least}: ${one.outerHTML.slice(0, 90)}`);
    }
    return told;
}"""


def narrowed(page: Page) -> list[str]:
    """Say where a page does not fit at twice and four times its size, with words twice as large or set wider apart."""
    told = []
    for width, height, times in ((640, 400, "200 %"), (320, 256, "400 %")):
        page.set_viewport_size({"width": width, "height": height})
        told += [f"at {times} wider by {overflow(page)} px"] if overflow(page) > 0 else []
    page.set_viewport_size({"width": 1280, "height": 800})
    for change, name in ((TWICE, "words of twice the size"), (SPACED, "words wider apart")):
        page.evaluate(change)
        told += [f"with {name} wider by {overflow(page)} px"] if overflow(page) > 0 else []
        page.evaluate(PLAIN)
    return told


def walked(page: Page) -> list[str]:
    """Go through a page by the key Tab, and say where somebody is caught, or cannot see where they are."""
    told: list[str] = []
    stops: list[str] = []
    page.evaluate("() => { document.activeElement && document.activeElement.blur(); scrollTo(0, 0) }")
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        seen = page.evaluate(STOP)
        if seen is None or (seen["stop"] == "1" and stops[-1:] not in ([], ["1"])):
            return told
        if stops[-PARTS:] == [seen["stop"]] * PARTS:
            return [*told, f"the keyboard is caught at {seen['name']}"]
        stops.append(seen["stop"])
        told += [] if seen["shown"] else [f"nothing shows the keyboard at {seen['name']}"]
        told += [] if seen["open"] else [f"covered while the keyboard is at {seen['name']}"]
    return told


def small(page: Page) -> list[str]:
    """Say what is too small for large print."""
    return [str(one) for one in page.evaluate(SMALL, [WORDS, LINES, MAIN, OTHER])]
