// Sends the files of a form in parts through the open API, so that a broken line costs one part and not the whole file,
// then sends the form with their numbers in place of the files. Photos are straightened and made as large as a page needs
// on the device. Without it the form sends its files by itself: nothing depends on this file.
const TRIES_BEFORE_ADVICE = 4;
const PATIENCE = 90_000; // milliseconds for one part

class Refused extends Error {}

async function smaller(file, longest) {
  if (!/^image\/(jpeg|heic|heif)$/.test(file.type)) return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!picture) return file;
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const drawn = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.85); });
  return drawn && drawn.size < file.size ? drawn : file;
}

async function digest(content) {
  if (!crypto.subtle) return ""; // not over TLS: the file can go on within this page only
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await content.arrayBuffer()));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function pause(seconds) {
  return new Promise((done) => {
    const timer = setTimeout(done, seconds * 1000);
    addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
  });
}

// One call, a read without a body; null when the line or the server is away and the same may be tried again.
async function call(form, address, body) {
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "Idempotency-Key": key };
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  const method = body ? "POST" : "GET";
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(address, { method, body, headers, credentials: "same-origin", signal }).catch(() => null);
  if (!answer || answer.status >= 500 || answer.status === 409) return null;
  const told = await answer.json().catch(() => null);
  if (answer.ok) return told;
  if (answer.status === 401) throw new Refused("登录已经过期。已传的都在，请重新登录，再选这个文件接着传。");
  throw new Refused(told && told.detail ? told.detail : "没有传上，请重新选择文件。");
}

const mega = (size) => `${(size / 1_048_576).toFixed(1)} MB`;

async function send(form, code, file, name, show) {
  const about = JSON.stringify({ code, name, size: file.size, sha256: await digest(file) });
  let begun = null;
  for (let failed = 0; ;) {
    const there = begun ? await call(form, begun.parts.replace(/\/parts$/, "")) : await call(form, form.dataset.uploads, about);
    begun = there || begun;
    for (let going = there; going && begun.received < file.size;) {
      show(begun.received, `正在上传“${name}”：${mega(begun.received)}，共 ${mega(file.size)}。`);
      const part = new FormData();
      part.set("offset", begun.received);
      part.set("file", file.slice(begun.received, begun.received + begun.part_size), "part");
      going = await call(form, begun.parts, part);
      if (going) [begun, failed] = [going, 0];
    }
    if (begun && begun.received === file.size) return begun.id;
    failed += 1;
    const seconds = Math.min(30, 2 ** failed);
    const advice = failed < TRIES_BEFORE_ADVICE ? ""
      : "也可以先关掉这一页：三天内用这个账号再打开，重新选这个文件，会从断的地方接着传。";
    show(null, `网络断了，已传的都在，${seconds} 秒后自动接着传。${advice}`);
    await pause(seconds);
  }
}

function shower(input, size) {
  const [box, ...unfinished] = input.parentElement.querySelectorAll(".progress");
  for (const one of unfinished) one.hidden = true;
  const [says, bar] = box.children;
  [bar.max, bar.value, box.hidden] = [size, 0, false];
  return (received, words) => {
    if (received !== null) bar.value = received;
    says.textContent = words;
  };
}

function hide(form, name, value) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  form.append(field);
}

async function sendAll(form, inputs) {
  for (const input of inputs) {
    for (const chosen of input.files) {
      const file = await smaller(chosen, Number(form.dataset.longestSide));
      const show = shower(input, file.size);
      const code = input.name.replace("file_", "");
      try {
        const id = await send(form, code, file, chosen.name, show);
        show(file.size, `“${chosen.name}”已传完。`);
        hide(form, `upload_${code}`, id);
      } catch (refusal) {
        show(0, refusal instanceof Refused ? refusal.message : "这个浏览器读不出这个文件，请换一个文件，或到窗口提交。");
        throw refusal;
      }
    }
    input.value = "";
  }
}

for (const form of document.querySelectorAll("form[data-uploads]")) {
  form.addEventListener("submit", async (event) => {
    const inputs = [...form.querySelectorAll("input[type=file]")].filter((input) => input.files.length);
    if (!inputs.length) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    try {
      await sendAll(form, inputs);
      if (event.submitter && event.submitter.name) hide(form, event.submitter.name, event.submitter.value);
      form.submit();
    } catch {
      delete form.dataset.sending; // said beside the file
    }
  });
}
