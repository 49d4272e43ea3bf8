// Links to places that a page may safely open.
import { h } from "./dom.js";

export function safe(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function link(address, ...words) {
  const target = safe(address);
  const shown = words.length ? words : [address];
  if (!target) return h("span", {}, shown);
  const inside = target.startsWith(`${location.origin}/archives/`);
  return h("a", inside ? { href: target } : { href: target, target: "_blank", rel: "noopener noreferrer nofollow" }, shown);
}
