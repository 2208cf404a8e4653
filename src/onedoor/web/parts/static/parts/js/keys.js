// Moves along a list by keyboard: j to the next line, k to the one before, o opens it (Enter does so by itself).
// It only moves the focus, and only from within the list, so nothing can be done by a slip and no single key is taken
// from a reading program elsewhere on the page; without it the list works with Tab as any page does.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const list = event.target.closest("[data-keys]");
  if (!list) return;
  const lines = [...list.querySelectorAll("tbody a")];
  const here = lines.indexOf(document.activeElement);
  if (event.key === "o" && here >= 0) lines[here].click();
  const next = { j: here + 1, k: here - 1 }[event.key];
  if (next === undefined || !lines.length) return;
  event.preventDefault();
  lines[Math.max(0, Math.min(next, lines.length - 1))].focus();
});
