// Switches push on in this browser: asks for leave, gets the address and keys, and posts them with the form. All else needs no script.
const form = document.querySelector("form[data-push-key]");
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function switchOn(event) {
  event.preventDefault();
  const refused = form.querySelector("[data-push-refused]");
  try {
    if (await Notification.requestPermission() !== "granted") throw new Error("refused");
    const worker = await navigator.serviceWorker.ready;
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.pushKey) });
    form.elements.endpoint.value = made.endpoint;
    form.elements.p256dh.value = text(made.getKey("p256dh"));
    form.elements.auth.value = text(made.getKey("auth"));
    form.elements.label.value = navigator.userAgentData?.platform || navigator.platform || "";
    form.submit();
  } catch {
    refused.hidden = false;
  }
}

if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  form.hidden = false;
  form.addEventListener("submit", switchOn);
}
