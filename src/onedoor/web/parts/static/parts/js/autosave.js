// Saves a section by itself a few seconds after the last key. Without it the button saves: nothing depends on this file.
const form = document.querySelector("form[data-autosave]");
const says = document.querySelector("[data-autosave-says]");
let waiting = 0;

async function save() {
  const sent = new FormData(form);
  const key = crypto.getRandomValues(new Uint8Array(16)); // each saving is a write of its own; the button keeps the form's key
  sent.set("idempotency_key", Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  const answer = await fetch(form.action, {
    method: "POST", body: sent, headers: { "X-Autosave": "1" }, credentials: "same-origin",
  }).catch(() => null);
  if (answer && answer.ok) {
    const saved = await answer.json();
    form.elements.revision.value = saved.revision;
    for (const [id, text] of Object.entries(saved.computed)) {
      const shown = document.getElementById(id);
      if (shown) shown.textContent = text;
    }
    const now = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
    says.textContent = `${now} 已自动保存，可以离开，换个设备接着填。`;
  } else if (answer && answer.status === 409) {
    says.textContent = "这份草稿在另一台设备上改过，请点“保存，下一步”核对。";
  } else {
    says.textContent = "暂时存不上（网络不通或已退出登录），您填的还在这一页，请稍后点“保存，下一步”。";
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(save, 2500);
});
form.addEventListener("submit", () => clearTimeout(waiting));
