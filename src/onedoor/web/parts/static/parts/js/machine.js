// At a machine of a hall: counts from the last touch, warns, then ends. Without scripts the page does so from its opening.
"use strict";

(() => {
  const warning = document.querySelector("[data-waits]");
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  const PING = 30000; // how often the server hears of touches
  let timer = 0;
  let told = Date.now();

  const warn = () => {
    warning.hidden = false;
    warning.querySelector("button").focus();
    timer = setTimeout(() => { location.replace(warning.dataset.over); }, Number(warning.dataset.warns) * 1000);
  };

  const touched = () => {
    clearTimeout(timer);
    warning.hidden = true;
    timer = setTimeout(warn, Number(warning.dataset.waits) * 1000);
    if (Date.now() - told > PING) {
      told = Date.now();
      fetch(warning.dataset.stay, { method: "POST", headers: { "X-CSRFToken": token.value } }).catch(() => {});
    }
  };

  for (const name of ["pointerdown", "keydown", "input", "scroll"]) {
    addEventListener(name, touched, { passive: true });
  }
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  touched();
})();
