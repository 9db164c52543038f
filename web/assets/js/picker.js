// <select data-picker> becomes a picker that matches 汉字, pinyin initials, tag, IP and MAC:
// an option's data-find holds what else it answers to.
import TomSelect from "tom-select/base";
import "tom-select/dist/css/tom-select.bootstrap5.css";
import "../css/picker.css";

function pick(root) {
  for (const select of root.querySelectorAll("select[data-picker]:not(.tomselected)")) {
    // The label moves to the picker's own box; the hidden select must keep a name too.
    if (select.labels.length) select.setAttribute("aria-label", select.labels[0].textContent);
    new TomSelect(select, { searchField: ["text", "find"], maxOptions: 200, selectOnTab: true });
  }
}

document.addEventListener("DOMContentLoaded", () => pick(document));
document.addEventListener("htmx:load", (event) => pick(event.target));
