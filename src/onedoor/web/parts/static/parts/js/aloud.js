// Offers to read a text aloud where the device has a Chinese-speaking voice of its own; nothing leaves the device.
// Without it, or without such a voice, the text is simply read.
for (const text of document.querySelectorAll("[data-aloud]")) {
  if (!("speechSynthesis" in window)) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--plain";
  const stop = () => { button.textContent = "念给我听"; button.setAttribute("aria-pressed", "false"); };
  button.addEventListener("click", () => {
    const speaking = button.getAttribute("aria-pressed") === "true";
    speechSynthesis.cancel();
    if (speaking) { stop(); return; }
    const words = [...text.children].map((one) => one.textContent.trim()).join("。");
    const said = new SpeechSynthesisUtterance(words);
    said.lang = "zh-CN";
    said.rate = 0.85;
    said.onend = said.onerror = stop;
    button.textContent = "停";
    button.setAttribute("aria-pressed", "true");
    speechSynthesis.speak(said);
  });
  stop();
  text.after(button);
}
addEventListener("pagehide", () => { if ("speechSynthesis" in window) speechSynthesis.cancel(); });
