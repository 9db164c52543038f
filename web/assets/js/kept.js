// Text typed into the duty log, kept in this browser until the console has it: one slot for each
// open page, under its person's id. Pages do not take each other's text; a page that is opened takes
// over what a closed one left behind. Logging out clears the person's slots (logout.js).
const PREFIX = "log.";
const key = `${Date.now()}${crypto.getRandomValues(new Uint32Array(1))[0]}`; // oldest page first
const wire = "BroadcastChannel" in window ? new BroadcastChannel("log") : null;
let mine = ""; // this page's slot

const guarded = (work, otherwise) => {
  try {
    return work();
  } catch {
    return otherwise; // storage may be switched off, or full
  }
};

const all = (start) => guarded(() => Object.keys(localStorage).filter((k) => k.startsWith(start)), []);

export const random = () => [...crypto.getRandomValues(new Uint8Array(16))]
  .map((byte) => byte.toString(16).padStart(2, "0"))
  .join("");

export function keep(owner, facts) {
  mine = `${PREFIX}${owner}.${key}`;
  return guarded(() => (localStorage.setItem(mine, JSON.stringify(facts)), true), false);
}

export function drop() {
  guarded(() => localStorage.removeItem(mine));
}

// What was left behind under this owner, in a slot that `fits`, and by no page that is still open;
// null when nothing, or when the hand has begun something else meanwhile (`free` says no).
export async function adopt(owner, free, fits = () => true) {
  const left = all(`${PREFIX}${owner}.`).filter((slot) => slot !== mine && fits(slot)).sort();
  if (!left.length) return null;
  const open = await answering();
  const slot = left.find((one) => !open.has(one));
  const text = slot && guarded(() => localStorage.getItem(slot), null);
  if (!text || !free()) return null;
  guarded(() => localStorage.removeItem(slot));
  return guarded(() => JSON.parse(text), null);
}

// The slots of the other pages: each open one answers at once.
function answering() {
  const open = new Set();
  if (!wire) return Promise.resolve(open);
  const hear = (event) => event.data.slot && open.add(event.data.slot);
  wire.addEventListener("message", hear);
  wire.postMessage({ who: true });
  return new Promise((done) => {
    setTimeout(() => {
      wire.removeEventListener("message", hear);
      done(open);
    }, 250);
  });
}

wire?.addEventListener("message", (event) => {
  if (event.data.who && mine) wire.postMessage({ slot: mine });
});
