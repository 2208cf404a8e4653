// Offers to read a text aloud where the device has a voice of its own; nothing leaves the device. In large print that is
// the whole page. Without it, or without such a voice, the text is simply read.
const LONGEST = 160; // characters a voice is given at a time: some stop in the middle of more

function* pieces(text) {
  for (const line of text.split(/\n+|(?<=[。！？；])/)) {
    const words = line.trim();
    for (let at = 0; at < words.length; at += LONGEST) yield words.slice(at, at + LONGEST);
  }
}

for (const text of document.querySelectorAll("[data-aloud]")) {
  if (!("speechSynthesis" in window)) break;
  const whole = text.localName === "main";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--plain";
  const stop = () => { button.textContent = "念给我听"; button.setAttribute("aria-pressed", "false"); };
  button.addEventListener("click", () => {
    const speaking = button.getAttribute("aria-pressed") === "true";
    speechSynthesis.cancel();
    if (speaking) { stop(); return; }
    button.textContent = ""; // is not read itself
    const words = whole ? [...pieces(text.innerText)] : [[...text.children].map((one) => one.textContent.trim()).join("。")];
    button.textContent = "停";
    button.setAttribute("aria-pressed", "true");
    for (const one of words) {
      const said = new SpeechSynthesisUtterance(one);
      said.lang = text.closest("[lang]")?.lang || "zh-CN";
      said.rate = 0.85;
      said.onerror = stop;
      if (one === words.at(-1)) said.onend = stop;
      speechSynthesis.speak(said);
    }
  });
  stop();
  const heading = whole && text.querySelector("h1");
  (heading || text).after(button);
}
addEventListener("pagehide", () => { if ("speechSynthesis" in window) speechSynthesis.cancel(); });
