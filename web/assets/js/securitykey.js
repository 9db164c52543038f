// <button data-security-key="/options" data-answer="field" [data-create]>: asks the browser for a
// security key (WebAuthn), puts its answer as JSON into that field of the form, and sends the form.
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const described = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

async function options(url) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  const told = await answer.json();
  told.challenge = bytes(told.challenge);
  return told;
}

async function create(url) {
  const told = await options(url);
  told.user.id = bytes(told.user.id);
  told.excludeCredentials = described(told.excludeCredentials);
  const made = await navigator.credentials.create({ publicKey: told });
  return {
    attestationObject: text(made.response.attestationObject),
    ...common(made),
  };
}

async function show(url) {
  const told = await options(url);
  told.allowCredentials = described(told.allowCredentials);
  const shown = await navigator.credentials.get({ publicKey: told });
  const user = shown.response.userHandle;
  return {
    authenticatorData: text(shown.response.authenticatorData),
    signature: text(shown.response.signature),
    userHandle: user ? text(user) : null,
    ...common(shown),
  };
}

// What both kinds of answer carry; `answer` below takes it apart again.
const common = (credential) => ({
  credential,
  clientDataJSON: text(credential.response.clientDataJSON),
});

function answer({ credential, ...response }) {
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response,
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-security-key]");
  if (!button) return;
  const form = button.form;
  const said = button.parentElement.querySelector("[data-said]");
  const missing = [...form.querySelectorAll("[required]")].find((field) => !field.checkValidity());
  if (missing) return void missing.reportValidity();
  said.textContent = "";
  try {
    const ask = "create" in button.dataset ? create : show;
    form.elements[button.dataset.answer].value = answer(await ask(button.dataset.securityKey));
  } catch (error) {
    said.textContent = button.dataset.refused;
    return;
  }
  form.submit();
});
