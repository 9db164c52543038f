// <div data-comeback="/healthz">: the console is restarting. What is marked data-waiting is shown
// until another process answers, or the same one after it was away, then what is marked data-back.
async function started(url) {
  try {
    const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout?.(10000) });
    return answer.ok ? (await answer.json()).started : "";
  } catch {
    return "";
  }
}

function watch(box) {
  let away = false;
  let before = "";
  const timer = setInterval(async () => {
    const now = await started(box.dataset.comeback);
    away ||= !now || Boolean(before && now !== before);
    before ||= now;
    if (!now || !away) return;
    clearInterval(timer);
    for (const part of box.querySelectorAll("[data-waiting]")) part.hidden = true;
    for (const part of box.querySelectorAll("[data-back]")) part.hidden = false;
  }, 1000);
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-comeback]").forEach(watch);
});
