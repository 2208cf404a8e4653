// Offers items while somebody types a search (ARIA combobox). Without it the form searches by its button.
// The box is a combobox only where this file runs, so nobody is promised a list that never opens.
const WAIT = 150; // milliseconds after the last key
const form = document.querySelector("form[data-suggestions]");
const input = form.elements.q;
const list = form.querySelector("[role=listbox]");
const says = form.querySelector("[role=status]");
let waiting = 0;
let wanted = ""; // what was asked last; an answer to anything else comes too late
let here = -1; // the option that is chosen, none while the person is in the box

input.type = "text"; // a search field may not be a combobox (ARIA in HTML)
for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) {
  input.setAttribute(name, value);
}

const options = () => [...list.querySelectorAll("[role=option]")];

function option(suggestion, number) {
  const line = document.createElement("li");
  line.id = `${list.id}-${number}`;
  line.setAttribute("role", "option");
  line.dataset.address = suggestion.address;
  for (const [tag, words] of [["strong", suggestion.title], ["span", suggestion.about]]) {
    const part = document.createElement(tag);
    part.textContent = words;
    line.append(part);
  }
  return line;
}

function choose(number) {
  const lines = options();
  here = number;
  lines.forEach((line, place) => line.setAttribute("aria-selected", String(place === here)));
  if (here < 0) { input.removeAttribute("aria-activedescendant"); return; }
  input.setAttribute("aria-activedescendant", lines[here].id);
  lines[here].scrollIntoView({ block: "nearest" });
}

function show(open) {
  list.hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  choose(-1);
  says.textContent = open ? `${options().length} ${says.dataset.says}` : "";
}

function close() {
  clearTimeout(waiting);
  wanted = "";
  show(false);
}

function draw(told) {
  let number = 0;
  for (const group of list.children) {
    group.replaceChildren(...told[group.dataset.group].map((suggestion) => option(suggestion, number++)));
    group.hidden = !group.children.length;
  }
  show(number > 0);
}

async function ask() {
  const text = input.value.trim();
  if (!text) { close(); return; }
  wanted = text;
  const address = `${form.dataset.suggestions}&q=${encodeURIComponent(text)}`;
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  const told = answer && answer.ok ? await answer.json().catch(() => null) : null;
  if (wanted !== text || document.activeElement !== input) return;
  if (told) draw(told); else close();
}

function typed(event) {
  if (event.isComposing) return; // the characters are not chosen yet
  clearTimeout(waiting);
  waiting = setTimeout(ask, WAIT);
}

input.addEventListener("input", typed);
input.addEventListener("compositionend", typed);
input.addEventListener("blur", close);
form.addEventListener("submit", close);

input.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const count = options().length + 1; // the box itself is one place of the round
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && list.hidden) {
    event.preventDefault();
    ask();
  } else if (step) {
    event.preventDefault();
    choose(((here + 1 + step + count) % count) - 1);
  } else if (event.key === "Enter" && here >= 0) {
    event.preventDefault();
    location.assign(options()[here].dataset.address);
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    close();
  }
});

list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus, the list stays
list.addEventListener("click", (event) => {
  const line = event.target.closest("[role=option]");
  if (line) location.assign(line.dataset.address);
});
