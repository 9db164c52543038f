// <div data-comeback="/healthz">: the console is restarting. What is marked data-waiting is shown
// until it has been away and answers again, then what is marked data-back.
async function answers(url) {
  try {
    return (await fetch(url, { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

function watch(box) {
  let away = false;
  const timer = setInterval(async () => {
    const here = await answers(box.dataset.comeback);
    away ||= !here;
    if (!here || !away) return;
    clearInterval(timer);
    for (const part of box.querySelectorAll("[data-waiting]")) part.hidden = true;
    for (const part of box.querySelectorAll("[data-back]")) part.hidden = false;
  }, 1000);
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-comeback]").forEach(watch);
});
