// The words of an island: from its markup, where the server puts them in the reader's language, or in English.

/** `data-words-found="{n} suggestions"` is the word `found`; `{n}` stands for the number. */
export function words(element: HTMLElement, name: string, english: string, n?: number | string): string {
  const text = element.getAttribute(`data-words-${name}`) ?? english;
  return n === undefined ? text : text.replace('{n}', String(n));
}

/** An element with attributes and a text. No island writes markup from texts. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  if (text) element.textContent = text;
  return element;
}

/** What a screen reader reads out when it changes, and nobody sees. */
export function liveRegion(): HTMLElement {
  return make('p', { class: 'unseen', role: 'status' });
}

/** Whether an address leads to this site by http or https: nothing that came in data may lead elsewhere. */
export function isOurs(address: string): boolean {
  try {
    return new URL(address, location.href).origin === location.origin;
  } catch {
    return false;
  }
}
