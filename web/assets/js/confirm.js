// Destructive and signing acts ask once, naming the object: <button data-confirm="删除 X？">.
const dialog = () => document.getElementById("confirm");
let waiting = null;

document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("[data-confirm]");
    if (!button || button === waiting) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    dialog().querySelector("[data-question]").textContent = button.dataset.confirm;
    dialog().querySelector("[data-yes]").textContent = button.textContent.trim();
    waiting = button;
    dialog().returnValue = "";
    dialog().showModal();
  },
  true,
);

document.addEventListener("DOMContentLoaded", () => {
  dialog().addEventListener("close", () => {
    const button = waiting;
    if (dialog().returnValue === "yes") button.click();
    waiting = null;
    button?.focus();
  });
});
