// Unsaved text is never lost silently: a form marked data-guard asks before the page is left.
const dirty = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) dirty.add(form);
});
// What saved itself as it was tapped is not unsaved any more.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.target.matches("[data-saves]"))
    dirty.delete(event.target.closest("form"));
});
document.addEventListener("submit", (event) => dirty.delete(event.target));
window.addEventListener("beforeunload", (event) => {
  if (![...dirty].some((form) => form.isConnected)) return;
  event.preventDefault();
  event.returnValue = ""; // what browsers before Chrome 119 look at
});
