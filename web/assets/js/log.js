// The entry form of the duty log: sent by Ctrl+Enter without leaving the page; its text stays in this
// browser until the console has it. What is sent again carries the same made_key, so that it is
// written once. Keys: Alt+1…0 the section, Alt+Shift+1… a phrase, Esc leaves a change.
import { adopt, drop, keep, random } from "./kept.js";

const form = document.querySelector("form[data-log]");
const NAMES = ["text", "section", "way", "scanned", "encrypted", "occurred_at", "made_key",
  "entry", "revision", "draft"];
const PICKED = ["equipment_id", "solves_id"];
const clock = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short",
});

if (form) start();

function start() {
  const field = form.elements;
  const owner = `${form.dataset.person}.${form.dataset.place}`;
  const remembered = `logsection.${form.dataset.person}`;
  const past = "past" in field.occurred_at.dataset;
  const state = { chosen: false, touched: past, first: 0, sending: false, timer: 0, wait: 3000 };

  const say = (text, kind = "") => {
    const box = form.querySelector("[data-said]");
    box.textContent = text;
    box.className = `log-said ${kind}`;
  };
  const phrases = () => [...form.querySelectorAll("[data-phrase]")].filter((one) => !one.hidden);

  function arrange() {
    for (const box of form.querySelectorAll("[data-of]")) box.hidden = box.dataset.of !== field.section.value;
    for (const one of form.querySelectorAll("[data-phrase]")) one.hidden = one.dataset.section !== field.section.value;
  }

  function choose(section, chosen) {
    field.section.value = section;
    state.chosen ||= chosen;
    arrange();
  }

  function guess() {
    if (state.chosen) return;
    const fits = (word) => word && field.text.value.includes(word);
    const radios = new Map([...field.section].map((one) => [one.value, one.dataset.hints.split(" ")]));
    const order = form.dataset.order.split(" ");
    const found = order.find((section) => radios.get(section)?.some(fits));
    if (found) choose(found, false);
  }

  function pick(name, value, text) {
    const box = field[name].tomselect;
    if (!box) return;
    if (value) box.addOption({ value, text: text || value });
    box.setValue(value || "", true);
  }

  const facts = () => {
    const told = Object.fromEntries(NAMES.map((name) => [name, field[name].value]));
    for (const name of PICKED) {
      told[name] = field[name].value;
      told[name.replace("_id", "_name")] = field[name].selectedOptions[0]?.textContent.trim() ?? "";
    }
    const files = field.file.files.length + field.photo.files.length;
    return { ...told, chosen: state.chosen, touched: state.touched, first: state.first, files };
  };

  function remember() {
    if (field.text.value.trim() || field.entry.value || field.draft.value) {
      field.made_key.value ||= random();
      keep(owner, facts());
    } else drop();
  }

  function put(told, mode) {
    for (const name of NAMES) if (name !== "section") field[name].value = told[name] ?? "";
    for (const name of PICKED) pick(name, told[name], told[name.replace("_id", "_name")]);
    if (told.section) choose(told.section, true);
    state.touched = Boolean(told.occurred_at) && (told.touched ?? true);
    state.first = told.first ?? 0;
    mode = told.entry ? form.dataset.changing : told.draft ? form.dataset.confirming : mode;
    form.querySelector("[data-mode]").hidden = !mode;
    form.querySelector("[data-mode-word]").textContent = mode ?? "";
    arrange();
    tick();
    grow();
    remember();
  }

  function clear() {
    drop();
    form.querySelector("[data-mode]").hidden = true;
    for (const name of NAMES) if (name !== "section" && name !== "occurred_at") field[name].value = "";
    for (const name of PICKED) pick(name, "");
    field.file.value = field.photo.value = "";
    Object.assign(state, { chosen: false, touched: past, first: 0, wait: 3000 });
    if (past) field.occurred_at.value = field.occurred_at.defaultValue;
    wrong([]);
    listFiles();
    tick();
    grow();
  }

  function tick() {
    if (!state.touched) field.occurred_at.value = clock.format(new Date()).replace(" ", "T");
  }

  function grow() {
    field.text.rows = Math.min(8, Math.max(2, field.text.value.split("\n").length));
  }

  function wrong(errors) {
    for (const box of form.querySelectorAll("[data-error]")) {
      const causes = errors.filter((one) => one.field === box.dataset.error).map((one) => one.cause);
      box.textContent = causes.join("；");
      const control = form.querySelector(`[aria-describedby~="${box.id}"]`);
      control?.classList.toggle("is-invalid", causes.length > 0);
    }
    return errors.filter((one) => !form.querySelector(`[data-error="${one.field}"]`));
  }

  async function ask(body) {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), 20000);
    try {
      const headers = { Accept: "application/json" };
      return await fetch(form.action, { method: "POST", body, headers, signal: stop.signal });
    } catch {
      return null;
    } finally {
      clearTimeout(late);
    }
  }

  async function send() {
    clearTimeout(state.timer);
    if (state.sending || !form.reportValidity()) return;
    state.sending = true;
    field.made_key.value ||= random();
    state.first ||= Date.now();
    remember();
    const body = new FormData(form);
    body.set("ago", String(Math.max(0, Math.round((Date.now() - state.first) / 1000))));
    if (!state.touched) body.set("occurred_at", "");
    say(form.dataset.sending);
    const answer = await ask(body);
    const told = answer ? await answer.json().catch(() => null) : null;
    state.sending = false;
    settle(answer, told, body.get("text"));
  }

  function settle(answer, told, sent) {
    if (answer?.ok && told && !answer.redirected) return saved(told, sent);
    if (!answer || answer.status >= 500) {
      state.timer = setTimeout(send, state.wait);
      state.wait = Math.min(30000, state.wait * 2);
      return say(answer ? form.dataset.broken : form.dataset.lost, "log-bad");
    }
    if (!told) return say(answer.redirected ? form.dataset.ended : form.dataset.stale, "log-bad");
    state.first = 0;
    const rest = wrong(told.errors ?? []).map((one) => `${one.label}：${one.cause}`);
    say(rest.join("；") || (told.errors?.length ? form.dataset.refused : told.message), "log-bad");
    remember();
  }

  function saved(told, sent) {
    const here = form.contains(document.activeElement); // else the hand is at something else by now
    const plain = (text) => text.replace(/\r\n?/g, "\n").trim();
    if (plain(told.text) !== plain(field.text.value) || plain(sent) !== plain(told.text)) {
      field.made_key.value = "";
      state.first = 0;
      remember();
      say(form.dataset.elsewhere, "log-bad");
    } else {
      clear();
      const words = told.late ? form.dataset.late : form.dataset.saved;
      say(words.replace("{section}", told.section), "log-good");
    }
    refresh();
    if (here) field.text.focus();
    recover();
  }

  const refresh = () => {
    for (const id of ["log-live", "log-side"]) document.getElementById(id)?.dispatchEvent(new Event("look"));
  };

  // Closed before midnight, opened after it: today's page takes over what was left on another day's;
  // it keeps the time that stood there, and with it its day.
  async function adoptOlder(free) {
    const [centre, , shift] = form.dataset.place.split(".");
    const same = (slot) => slot.split(".")[4] === shift;
    const left = past ? null : await adopt(`${form.dataset.person}.${centre}`, free, same);
    return left && { ...left, touched: true };
  }

  async function recover() {
    const free = () => !field.text.value.trim();
    const left = free() ? (await adopt(owner, free)) || (await adoptOlder(free)) : null;
    if (!left) return;
    put(left);
    say(form.dataset.back + (left.files ? form.dataset.files : ""));
  }

  function listFiles() {
    const names = [...field.file.files, ...field.photo.files].map((file) => file.name);
    say(names.join("、"));
  }

  function take(files) {
    const all = new DataTransfer();
    for (const file of [...field.file.files, ...files]) all.items.add(file);
    field.file.files = all.files;
    listFiles();
  }

  function insert(text) {
    field.text.setRangeText(text, field.text.selectionStart, field.text.selectionEnd, "end");
    state.chosen = true;
    field.text.focus();
    remember();
  }

  const write = () => {
    field.text.focus();
    form.scrollIntoView({ block: "nearest" });
  };

  function leave() {
    if (form.querySelector("[data-mode]").hidden) document.activeElement.blur();
    else clear();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  form.addEventListener("input", (event) => {
    clearTimeout(state.timer);
    if (event.target === field.occurred_at) state.touched = true;
    if (event.target === field.text) guess();
    grow();
    remember();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "section") {
      choose(event.target.value, true);
      localStorage.setItem(remembered, event.target.value);
    }
    if (event.target.type === "file") listFiles();
    remember();
  });
  field.text.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.contains(event.target)) {
      event.preventDefault();
      send();
    }
    const digit = /^Digit(\d)$/.exec(event.code);
    if (!digit || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const n = (Number(digit[1]) + 9) % 10;
    if (event.shiftKey) phrases()[n]?.click();
    else {
      field.section[n]?.click();
      write();
    }
  });

  document.addEventListener("click", (event) => {
    const on = (name) => event.target.closest(`[data-${name}]`);
    const given = (name) => JSON.parse(on(name).getAttribute(`data-${name}`));
    if (on("log-new")) write();
    else if (on("phrase")) insert(on("phrase").textContent);
    else if (on("leave")) leave();
    else if (on("change")) put(given("change"));
    else if (on("confirm-draft")) put(given("confirm-draft"));
    else if (on("again")) put({ ...given("again"), entry: "", revision: "", occurred_at: "" });
    else return;
    if (on("change") || on("confirm-draft") || on("again")) write();
  });

  window.addEventListener("online", () => state.first && state.wait > 3000 && send());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  setInterval(tick, 20000);

  addEventListener("DOMContentLoaded", () => {
    const last = localStorage.getItem(remembered);
    const early = field.text.value && !field.text.defaultValue; // typed before this script was there
    if (early) guess();
    else if (last && !field.text.value && [...field.section].some((one) => one.value === last)) choose(last, false);
    arrange();
    tick();
    grow();
    if (field.text.value) remember();
    recover();
  });
}
