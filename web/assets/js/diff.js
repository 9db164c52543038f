// Two texts beside each other: the next change (`n`) and the one before (`p`), folds opened in place.
function step(by) {
  const all = [...document.querySelectorAll(".d-hunk")];
  if (!all.length) return;
  const now = all.findIndex((one) => one.classList.contains("d-now"));
  const to = now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + by));
  all[now]?.classList.remove("d-now");
  all[to].classList.add("d-now");
  all[to].focus({ preventScroll: true });
  all[to].scrollIntoView({ block: "nearest" });
}

function unfold(button) {
  const shut = button.closest("tbody");
  shut.nextElementSibling.hidden = false;
  shut.nextElementSibling.tabIndex = -1;
  shut.nextElementSibling.focus({ preventScroll: true });
  shut.hidden = true;
}

document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-diff]");
  const fold = event.target.closest("[data-unfold]");
  if (way) step(Number(way.dataset.diff));
  if (fold) unfold(fold);
});
