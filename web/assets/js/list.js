// Lists: tick rows, tick all, the bulk bar that appears with the first tick, and printing.
function update(form) {
  const boxes = [...form.querySelectorAll("input[data-row]")];
  const ticked = boxes.filter((box) => box.checked).length;
  const bar = form.querySelector("[data-bulk]");
  const all = form.querySelector("input[data-all]");
  if (bar) {
    bar.hidden = ticked === 0;
    bar.querySelector("[data-count]").textContent = ticked;
  }
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-list]");
  if (!form) return;
  if (event.target.matches("input[data-all]")) {
    for (const box of form.querySelectorAll("input[data-row]")) box.checked = event.target.checked;
  }
  update(form);
});

// A table narrower than its box need not scroll sideways, so its header may stick to the window;
// a wider one must be reachable by keys to be scrolled.
function fit(wrap) {
  wrap.classList.remove("fits");
  const fits = wrap.scrollWidth <= wrap.clientWidth;
  wrap.classList.toggle("fits", fits);
  if (fits) wrap.removeAttribute("tabindex");
  else wrap.tabIndex = 0;
}

function updateAll() {
  document.querySelectorAll("form[data-list]").forEach(update);
  document.querySelectorAll(".table-wrap").forEach(fit);
}
document.addEventListener("DOMContentLoaded", updateAll);
document.addEventListener("htmx:afterSettle", updateAll);
window.addEventListener("resize", updateAll);

// <button data-print>: what the browser's own menu does, for whoever looks for a button.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
