// The desk works without this. With it, pages follow what happens: live updates, the reader's own time zone, time that
// runs, keyboard shortcuts, and a second question before what is hard to undo.

const body = document.body;
const skew = Date.parse(body.dataset.now) - Date.now();
const now = () => Date.now() + skew;
const part = (root, selector) => [...root.querySelectorAll(selector)];

// --- time -------------------------------------------------------------------------------------------------------

function timeLeft(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds <= 0) return "no time left";
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days) return `${days} d ${hours} h left`;
  if (hours) return `${hours} h ${minutes} min left`;
  if (minutes >= 10) return `${minutes} min left`;
  return minutes ? `${minutes} min ${seconds % 60} s left` : `${seconds} s left`;
}

function tick() {
  for (const text of part(document, "[data-until]")) text.textContent = timeLeft(Date.parse(text.dataset.until) - now());
  for (const bar of part(document, "progress[data-till]")) {
    const [since, till] = [Date.parse(bar.dataset.since), Date.parse(bar.dataset.till)];
    bar.value = Math.max(0, Math.min(100, Math.round(((till - now()) / Math.max(1, till - since)) * 100)));
    bar.closest(".left").classList.toggle("short", bar.value <= 20);
  }
}

function inMyZone(root) {
  for (const time of part(root, "time[data-at]")) {
    const at = new Date(time.dateTime);
    const year = at.getFullYear() === new Date(now()).getFullYear() ? undefined : "numeric";
    time.textContent = at.toLocaleString(undefined, { day: "numeric", month: "short", year, hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
    time.title = at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" });
  }
}

// --- live -------------------------------------------------------------------------------------------------------

const here = body.dataset.here;
const announce = (text) => { const place = document.getElementById("announce"); if (place) place.textContent = text; };
const written = (root) => part(root, "textarea, input:not([type=hidden], [form]), select").some((field) =>
  field === document.activeElement || (field.tagName === "SELECT" ? field.value !== "" : field.value !== field.defaultValue));

function keepOpen(old, fresh) {
  for (const details of part(old, "details[id][open]")) fresh.querySelector(`#${details.id}`)?.setAttribute("open", "");
}

function takePart(old, fresh, decided) {
  if (written(old) && old.id !== "state") {
    if (decided) for (const button of part(old, "button, a.button, summary.button")) { button.disabled = true; button.setAttribute("aria-disabled", "true"); }
    return;
  }
  keepOpen(old, fresh);
  for (const box of part(old, "input[type=checkbox][form]")) { const same = fresh.querySelector(`input[name="${CSS.escape(box.name)}"]`); if (same) same.checked = box.checked; }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const row = focused?.closest("[data-id]")?.dataset.id;
  const known = new Set(part(old, "[data-id]").map((item) => item.dataset.id));
  document.adoptNode(fresh);
  if (old.dataset.seen) for (const item of part(fresh, "[data-id]")) if (!known.has(item.dataset.id)) item.classList.add("new");
  fresh.dataset.seen = "yes";
  old.replaceWith(fresh);
  if (focused?.id) document.getElementById(focused.id)?.focus();
  else if (focused?.name && focused.matches("[form]")) fresh.querySelector(`input[name="${CSS.escape(focused.name)}"]`)?.focus();
  else if (row) (fresh.querySelector(`[data-id="${CSS.escape(row)}"] a`) ?? fresh.querySelector("[data-id] a"))?.focus();
}

let fetching = false, again = false;
async function refresh() {
  if (fetching) { again = true; return; }
  fetching = true;
  try {
    const response = await fetch(here + (location.pathname === here ? location.search : ""), { credentials: "same-origin" });
    if (response.status === 401) { location.reload(); return; }
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const wasOpen = document.getElementById("state")?.dataset.open === "yes";
    const state = page.getElementById("state");
    const decided = wasOpen && state?.dataset.open === "no";
    const before = Number(document.getElementById("counts")?.dataset.count ?? 0);
    const stopped = document.getElementById("paused")?.dataset.said;
    for (const old of part(document, "[data-live-part]")) {
      const fresh = page.getElementById(old.id);
      if (fresh) takePart(old, fresh, decided);
    }
    inMyZone(document); tick();
    if (decided) announce(state.dataset.label);
    const stops = document.getElementById("paused")?.dataset.said;
    if (stops && stops !== stopped) announce(stops);
    const counts = document.getElementById("counts");
    if (counts && Number(counts.dataset.count) !== before) announce(counts.textContent.trim());
  } catch { /* offline: the stream says so, and comes again */ } finally {
    fetching = false;
    if (again) { again = false; refresh(); }
  }
}

let stream = null;
function listen() {
  if (stream || document.hidden) return;
  const sign = document.getElementById("live");
  const show = (text, lost) => { if (sign) { sign.hidden = false; sign.classList.toggle("lost", lost); sign.querySelector(".live-text").textContent = text; } };
  stream = new EventSource("/desk/events");
  stream.addEventListener("hello", () => { show("Live", false); refresh(); });
  stream.addEventListener("changed", (event) => {
    const ids = event.data.split(" ");
    if (!here.startsWith("/desk/requests/") || ids.some((id) => id === "*" || here.includes(id))) refresh();
  });
  stream.addEventListener("bye", () => { stream.close(); location.reload(); });
  stream.addEventListener("error", () => show("Connection lost, trying again", true));
}
function hush() { stream?.close(); stream = null; }

// --- keyboard ---------------------------------------------------------------------------------------------------

const keysOn = () => localStorage.getItem("signoff-keys") !== "off";
const rows = () => part(document, ".list .item a");

function move(step) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
}

function sure(form) {
  const dialog = document.getElementById("sure");
  if (!dialog || !form) return;
  dialog.dataset.form = form.id;
  dialog.showModal();
  document.getElementById("sure-yes").focus();
}

function decideBy(key) {
  const row = document.activeElement?.closest?.(".list [data-id]");
  if (row) { const address = row.querySelector("a").pathname; location.href = key === "e" ? `${address}/edit` : `${address}#then-${key}`; return; }
  if (key === "a") sure(document.getElementById("approve"));
  if (key === "e") document.querySelector("[data-key=e]:not([aria-disabled])")?.click();
  if (key === "r") { const box = document.getElementById("reject"); if (box) { box.open = true; box.querySelector("select")?.focus(); } }
}

const KEYS = {
  j: () => move(1), k: () => move(-1), g: () => { location.href = "/desk/"; },
  a: () => decideBy("a"), e: () => decideBy("e"), r: () => decideBy("r"),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input, textarea, select, dialog[open]") || document.querySelector("dialog[open]")) return;
  if (event.key !== "?" && !keysOn()) return;
  const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
  if (act) { event.preventDefault(); act(); }
});

// --- forms ------------------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("data-sure") && !form.elements.confirmed) { event.preventDefault(); sure(form); return; }
  if (form.method === "post") setTimeout(() => part(form, "button").forEach((button) => { button.disabled = true; }), 0);
});

document.getElementById("sure-yes")?.addEventListener("click", () => {
  const dialog = document.getElementById("sure");
  const form = document.getElementById(dialog.dataset.form);
  dialog.close();
  if (!form) return;
  const confirmed = document.createElement("input");
  Object.assign(confirmed, { type: "hidden", name: "confirmed", value: "yes" });
  form.append(confirmed);
  form.requestSubmit();
});
document.getElementById("sure-no")?.addEventListener("click", () => document.getElementById("sure").close());

for (const form of part(document, "form[data-filters]")) {
  form.querySelector("button").hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}

const box = document.getElementById("keys-on");
if (box) {
  box.checked = keysOn();
  box.addEventListener("change", () => localStorage.setItem("signoff-keys", box.checked ? "on" : "off"));
  document.querySelector(".keys-hint").hidden = false;
}

// What is worked on beside the page is asked for until it is done.
setInterval(() => { if (!document.hidden && document.querySelector("[data-poll]")) refresh(); }, 1000);

// A file's text goes into the field that it is for.
for (const input of part(document, "input[data-into]")) {
  input.parentElement.hidden = false;
  input.addEventListener("change", async () => { if (input.files[0]) document.getElementById(input.dataset.into).value = await input.files[0].text(); });
}

// The menu closes as menus do.
const menu = document.getElementById("menu");
document.addEventListener("click", (event) => { if (menu?.open && !menu.contains(event.target)) menu.open = false; });
menu?.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; });
menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A page that the browser kept for "back" may show buttons as they were when it was left.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

for (const list of part(document, "[data-live-part]")) list.dataset.seen = "yes";
inMyZone(document);
tick();
setInterval(tick, 1000);
(document.querySelector(".field.wrong input, .field.wrong textarea, .field.wrong select, [aria-invalid=true]") ?? document.getElementById("said"))?.focus();
// The fragment names no element: going to one would take the focus away again.
if (location.hash === "#then-r") KEYS.r();
if (location.hash === "#then-a") KEYS.a();
if ("live" in body.dataset && here) {
  listen();
  document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));
}

// --- what a reason suggests to learn is chosen, until somebody chooses themselves ------------------------------------

document.addEventListener("change", (event) => {
  const lesson = document.getElementById("lesson");
  if (lesson && event.target === lesson) lesson.dataset.chosen = "yes";
  if (!lesson || event.target.id !== "reason" || lesson.dataset.chosen) return;
  lesson.value = event.target.selectedOptions[0]?.dataset.learns ?? "";
});
