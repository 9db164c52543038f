// htmx: same origin only, no eval, no page snapshots left in the browser, CSRF on every request.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  selfRequestsOnly: true,
  allowEval: false,
  allowScriptTags: false,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  includeIndicatorStyles: false,
  timeout: 20000,
});

const token = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
  // A page left open refreshes itself; that is not a person at work (web/idle.py).
  if (event.target.matches("[data-live]")) event.detail.headers["X-Live"] = "1";
});

// A failed request says so in one strip; the strip goes away with the next success.
const strip = () => document.getElementById("trouble");
const tell = (text) => {
  strip().textContent = text;
  strip().hidden = false;
};

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) strip().hidden = true;
});
document.addEventListener("htmx:sendError", () => tell(strip().dataset.lost));
document.addEventListener("htmx:timeout", () => tell(strip().dataset.lost));
document.addEventListener("htmx:responseError", (event) => {
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  const said = page.querySelector("[data-problem]")?.dataset.problem;
  tell(said || strip().dataset.refused.replace("{code}", event.detail.xhr.status));
});

export default htmx;
