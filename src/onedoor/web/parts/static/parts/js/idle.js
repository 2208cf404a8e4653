// Shows a warning two minutes before an unused log-in ends. Without it the server still logs out, and keeps what was typed.
const warning = document.querySelector("[data-idle-seconds]");
const BEFORE = 120;
let timer = 0;

function wait() {
  clearTimeout(timer);
  warning.hidden = true;
  timer = setTimeout(() => { warning.hidden = false; }, (Number(warning.dataset.idleSeconds) - BEFORE) * 1000);
}

warning.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch(event.target.action, {
    method: "POST", body: new FormData(event.target), headers: { "X-Stay": "1" }, credentials: "same-origin",
  }).catch(() => null);
  if (answer && answer.ok) { wait(); } else { event.target.submit(); }
});
wait();
