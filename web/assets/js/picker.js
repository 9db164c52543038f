// <select data-picker> becomes a picker that matches 汉字, pinyin initials, tag, IP and MAC:
// an option's data-find holds what else it answers to. With data-load the options come from that
// address (?q=), as [{value, text, hint, find}].
import TomSelect from "tom-select/base";
import "tom-select/dist/css/tom-select.bootstrap5.css";
import "../css/picker.css";

function loader(url) {
  return async (query, done) => {
    try {
      const asked = new URL(url, location.href);
      asked.searchParams.set("q", query);
      const answer = await fetch(asked, { headers: { Accept: "application/json" } });
      done(answer.ok ? await answer.json() : []);
    } catch {
      done([]);
    }
  };
}

function row(data, escape) {
  const hint = data.hint ? `<span class="pick-hint">${escape(data.hint)}</span>` : "";
  return `<div>${escape(data.text) || "&nbsp;"}${hint}</div>`;
}

const remote = (url) => ({
  load: loader(url),
  preload: "focus",
  allowEmptyOption: true,
  render: { option: row, no_results: () => null, loading: () => null },
});

function pick(root) {
  for (const select of root.querySelectorAll("select[data-picker]:not(.tomselected)")) {
    // The label moves to the picker's own box; the hidden select must keep a name too.
    if (select.labels.length) select.setAttribute("aria-label", select.labels[0].textContent);
    const usual = { searchField: ["text", "find"], maxOptions: 200, selectOnTab: true };
    new TomSelect(select, { ...usual, ...(select.dataset.load ? remote(select.dataset.load) : {}) });
  }
}

document.addEventListener("DOMContentLoaded", () => pick(document));
document.addEventListener("htmx:load", (event) => pick(event.target));
