// Logging out clears what this person typed into the duty log and the console does not have yet
// (kept.js): the next one at this computer must not see it. It asks first, when there is something.
const slots = (person) => {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(`log.${person}.`));
  } catch {
    return []; // storage is switched off: nothing was kept
  }
};

document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("[data-kept]");
    if (button && slots(button.dataset.person).length) button.dataset.confirm = button.dataset.kept;
  },
  true,
);

document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("[data-kept]");
  if (button) slots(button.dataset.person).forEach((key) => localStorage.removeItem(key));
});
