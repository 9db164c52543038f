// One key: `/` search, `j` `k` rows, `?` the list of keys, and any link's own data-key="n".
// Never while an input method is composing, nor (but for Escape) while somebody is typing.
const typing = (node) => node.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

function step(rows, by) {
  const here = rows.indexOf(document.activeElement.closest("[data-open]"));
  rows[Math.min(rows.length - 1, Math.max(0, here + by))]?.focus();
}

const acts = {
  "/": () => document.getElementById("search")?.focus(),
  "?": () => document.getElementById("keys").showModal(),
  N: () => document.querySelector("[data-log-new]")?.click(),
  j: () => step([...document.querySelectorAll("[data-open]")], 1),
  k: () => step([...document.querySelectorAll("[data-open]")], -1),
};

// `g` and a letter: one of the pages on the left.
let going = 0;
function go(letter) {
  const place = Date.now() - going < 1500 && document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
  going = letter === "g" ? Date.now() : 0;
  if (place) place.click();
  return place || letter === "g";
}

document.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229;
  if (composing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.querySelector("dialog[open], details.menu[open]")) return;
  if (typing(event.target) && event.key !== "Escape") return;
  if (event.key.length === 1 && go(event.key)) return event.preventDefault();
  const own = [...document.querySelectorAll("[data-key]")].find((n) => n.dataset.key === event.key);
  const act = own ? () => own.click() : acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// Enter in a search box while choosing characters belongs to the input method.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Enter" && event.isComposing) event.stopPropagation();
  },
  true,
);
