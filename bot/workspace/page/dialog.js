// Questions and modals in front of the page, menus, and passing notes.
import { blocks } from "./blocks.js";
import { h, icon } from "./dom.js";
import { filled } from "./inputs.js";

const dialog = document.getElementById("dialog");
const toasts = document.getElementById("toasts");

export function toast(words) {
  const note = h("div", { class: "toast", "data-testid": "toast" }, words);
  toasts.append(note);
  setTimeout(() => note.remove(), 7000);
}

function open(title, body, buttons, onCancel) {
  dialog.classList.remove("wide");
  dialog.oncancel = onCancel || null;
  const held = dialog.contains(document.activeElement) && document.activeElement.dataset.testid;
  dialog.replaceChildren(
    h("div", { class: "dialog-head" }, h("h2", { id: "dialog-title" }, title), h("button", { type: "button", "aria-label": "Close", "data-testid": "dialog-close", onclick: () => { onCancel?.(); dialog.close(); } }, icon("close"))),
    h("div", { class: "dialog-body" }, body),
    h("div", { class: "dialog-buttons" }, buttons),
  );
  dialog.setAttribute("aria-labelledby", "dialog-title");
  if (!dialog.open) dialog.showModal();
  // What had the focus was drawn anew, or is gone.
  else (dialog.querySelector(`[data-testid="${held}"]`) || dialog.querySelector("button")).focus();
}

export function confirm(title, words, verb, { danger = false, cancel = "Cancel" } = {}) {
  return new Promise((resolve) => {
    const answer = (said) => () => { dialog.close(); resolve(said); };
    open(
      title,
      h("p", {}, words),
      [h("button", { type: "button", class: "button", onclick: answer(false) }, cancel), h("button", { type: "button", class: `button ${danger ? "danger" : "primary"}`, "data-testid": "confirm", onclick: answer(true) }, verb)],
      () => resolve(false),
    );
  });
}

export function write(title, text, verb) {
  return new Promise((resolve) => {
    const area = h("textarea", { rows: 5, value: text, "aria-label": title, "data-testid": "edit-text" });
    open(
      title,
      area,
      [h("button", { type: "button", class: "button", onclick: () => { dialog.close(); resolve(null); } }, "Cancel"), h("button", { type: "button", class: "button primary", "data-testid": "confirm", onclick: () => { dialog.close(); resolve(area.value); } }, verb)],
      () => resolve(null),
    );
    area.focus();
  });
}

// A panel of the page's own: no question is asked, closing it is enough.
export function panel(title, body, buttons = []) {
  shown = null;
  open(title, h("div", { class: "panel", "data-testid": "panel" }, body), [h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "Close"), buttons]);
}

export function enlarge(address, words) {
  shown = null;
  open(words, h("img", { class: "enlarged", src: address, alt: words }), [h("a", { class: "button", href: address, download: "" }, "Download")]);
  dialog.classList.add("wide");
}

export const closePanel = () => dialog.close();

let shown = null;

export function modal(view, scene) {
  shown = view.id;
  const form = h("div", { class: "form", "data-testid": "modal" });
  form.append(...blocks(view.blocks, scene.forView(view, () => filled(form, view))));
  const close = (all) => { shown = null; scene.closeView(view, all); };
  const buttons = [h("button", { type: "button", class: "button", "data-testid": "modal-close", onclick: () => { close(false); dialog.close(); } }, view.close?.text || (view.previous_view_id ? "Back" : "Close"))];
  if (view.submit) buttons.push(h("button", { type: "button", class: "button primary", "data-testid": "modal-submit", onclick: () => scene.submit(view, filled(form, view)) }, view.submit.text));
  open(view.title.text, form, buttons, () => close(true));
}

export function closeModal(view) {
  if (shown !== view) return;
  shown = null;
  dialog.close();
}

export function modalErrors(view, errors) {
  if (shown !== view) return;
  for (const place of dialog.querySelectorAll("[data-error]")) {
    place.textContent = errors[place.dataset.error] || "";
    const field = dialog.querySelector(`[data-block="${CSS.escape(place.dataset.error)}"]`);
    field?.setAttribute("aria-invalid", String(Boolean(place.textContent)));
  }
  dialog.querySelector("[aria-invalid=true]")?.focus();
}

// A small menu beside its button; Escape or a click elsewhere closes it.
export function menu(anchor, choices, shape = "") {
  document.querySelector(".menu")?.remove();
  const close = () => {
    list.remove();
    document.removeEventListener("pointerdown", outside, true);
    anchor.setAttribute("aria-expanded", "false");
  };
  const outside = (event) => { if (!list.contains(event.target)) close(); };
  const list = h(
    "div",
    { class: `menu ${shape}`, role: "menu", "data-testid": "menu" },
    choices.map((each) => h("button", { type: "button", role: "menuitem", class: each.danger ? "danger" : "", "data-testid": each.name, "aria-label": shape ? each.name : undefined, onclick: () => { close(); each.act(); } }, each.label)),
  );
  list.addEventListener("keydown", (event) => {
    const items = [...list.children];
    const at = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) { event.preventDefault(); items[(at + step + items.length) % items.length].focus(); }
    if (event.key === "Escape" || event.key === "Tab") { event.stopPropagation(); event.preventDefault(); close(); anchor.focus(); }
  });
  document.body.append(list);
  const place = anchor.getBoundingClientRect();
  const top = Math.min(place.bottom + 4, window.innerHeight - list.offsetHeight - 8);
  list.style.top = `${Math.max(8, top)}px`;
  list.style.left = `${Math.max(8, Math.min(place.right - list.offsetWidth, window.innerWidth - list.offsetWidth - 8))}px`;
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  list.firstElementChild?.focus();
}
