// Live fragments (macro `live`): change only what changed, and nothing under a working hand.
import { Idiomorph } from "idiomorph";
import htmx from "./request.js";

const shown = new WeakMap();

// What the person set on the page outlives a refresh: opened folds, ticked boxes, typed text.
const keeps = {
  open: (node) => node.tagName === "DETAILS" || node.tagName === "DIALOG",
  checked: (node) => node.tagName === "INPUT",
  value: (node) => node.type !== "hidden" && node.value !== node.defaultValue,
};

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap: (style, target, fragment) => {
    if (!style.startsWith("morph")) return false;
    return Idiomorph.morph(target, fragment.children, {
      morphStyle: style === "morph" ? "outerHTML" : "innerHTML",
      ignoreActiveValue: true,
      callbacks: { beforeAttributeUpdated: (name, node) => !keeps[name]?.(node) },
    });
  },
});

let pressed = false;
document.addEventListener("pointerdown", () => (pressed = true));
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => (pressed = false));
}

const selecting = (box) => {
  const selection = document.getSelection();
  return !selection.isCollapsed && box.contains(selection.anchorNode);
};

// A hidden tab asks nothing; it catches up when it is looked at again.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-live]") && document.hidden) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const box of document.querySelectorAll("[data-live]")) htmx.trigger(box, "look");
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const box = event.detail.target;
  if (!box.matches("[data-live]")) return;
  const fresh = event.detail.serverResponse;
  if (shown.get(box) === fresh || pressed || selecting(box)) event.detail.shouldSwap = false;
  else shown.set(box, fresh);
});
