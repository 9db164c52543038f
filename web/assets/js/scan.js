// A box for a barcode gun (<form data-scan="#where">): emptied at once, whatever the line is like;
// what was read meanwhile goes along with the next request, a code a line (data-many) or singly.
import htmx from "./request.js";

const waiting = [];
let busy = false;

const box = (form) => form.querySelector("input.form-control");

const next = () => {
  const first = waiting.shift();
  while ("many" in first.form.dataset && waiting.length && waiting[0].room === first.room)
    first.text += `\n${waiting.shift().text}`;
  return first;
};

const send = async () => {
  if (busy) return;
  busy = true;
  while (waiting.length) {
    const one = next();
    const values = { [box(one.form).name]: one.text };
    if (one.room !== undefined) values.room = one.room;
    try {
      await htmx.ajax("POST", one.form.action, { source: one.form, target: one.form.dataset.scan, values });
    } catch {
      waiting.unshift(one); // the line is down: kept, and sent with the next scan
      break;
    }
  }
  busy = false;
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-scan]")) return;
  event.preventDefault();
  const text = box(form).value.trim();
  if (text) waiting.push({ form, text, room: form.elements.room?.value });
  box(form).value = "";
  send();
});

// Having said where they stand, people go on scanning: the box takes the keys again.
document.addEventListener("change", (event) => {
  if (event.target.matches("form[data-scan] select")) box(event.target.form)?.focus();
});
