// Keeps the part of a page that says data-fresh (seconds) up to date without drawing the page anew. Without scripts the
// page asks for itself again (noscript).
"use strict";

(() => {
  const part = document.querySelector("[data-fresh]");
  if (!part) return;
  const wait = Number(part.dataset.fresh) * 1000;

  // What is said to people: the hidden tokens of a form differ with each answer and are no news.
  const said = (one) => {
    const copy = one.cloneNode(true);
    for (const token of copy.querySelectorAll("input[type=hidden]")) token.remove();
    return copy.innerHTML;
  };

  const ask = async () => {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("[data-fresh]");
      if (answer.ok && now && said(now) !== said(part)) part.replaceChildren(...now.childNodes);
      if (answer.ok && now && now.dataset.fresh === "0") return; // it says that nothing more will come
    } catch {
      // Away for a moment: what stands there stays, and the next round asks again.
    }
    setTimeout(ask, wait);
  };

  setTimeout(ask, wait);
})();
