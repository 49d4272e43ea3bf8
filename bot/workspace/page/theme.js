// Light, dark, or as the computer says.
const NAMES = ["system", "light", "dark"];

export function theme() {
  const kept = localStorage.getItem("theme");
  return NAMES.includes(kept) ? kept : "system";
}

export function wear(name) {
  localStorage.setItem("theme", name);
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
}

export const following = () => NAMES[(NAMES.indexOf(theme()) + 1) % NAMES.length];

wear(theme());
