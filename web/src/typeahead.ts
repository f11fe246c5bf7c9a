// <hyd-typeahead> around the search box: suggestions while typing, as an editable combobox with a list
// (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). Without it the form searches for what was typed.
import { isOurs, liveRegion, make, words } from './words.ts';

/** How long a pause in typing is, in milliseconds. */
const PAUSE = 150;
const MOST = 8;

export class Typeahead extends HTMLElement {
  #input: HTMLInputElement | null = null;
  #list = make('ul', { role: 'listbox', hidden: '' });
  #status = liveRegion();
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #asked: AbortController | undefined;
  #active = -1;

  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>('input[type="search"], input[type="text"]');
    if (!input || this.#input) return;
    this.#input = input;
    this.#list.id = `${input.id}-suggestions`;
    this.#list.setAttribute('aria-label', words(this, 'label', 'Suggestions'));
    // A search box cannot be a combobox; a text box can.
    for (const [name, value] of Object.entries({
      type: 'text', enterkeyhint: 'search', role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': this.#list.id,
      autocomplete: 'off',
    })) input.setAttribute(name, value);
    input.insertAdjacentElement('afterend', this.#list);
    this.append(this.#status);
    input.addEventListener('input', () => this.#typed());
    input.addEventListener('keydown', (event) => this.#key(event));
    input.addEventListener('blur', () => this.#close());
    // The box keeps the focus while somebody presses a suggestion.
    this.#list.addEventListener('mousedown', (event) => event.preventDefault());
    this.#list.addEventListener('click', (event) => {
      const option = event.target instanceof Element ? event.target.closest('[role="option"]') : null;
      if (option) this.#choose(option);
    });
  }

  disconnectedCallback(): void {
    clearTimeout(this.#waiting);
    this.#asked?.abort();
  }

  #typed(): void {
    clearTimeout(this.#waiting);
    this.#asked?.abort();
    const text = this.#input?.value.trim() ?? '';
    if (text.length < 2) return this.#close();
    this.#waiting = setTimeout(() => void this.#ask(text), PAUSE);
  }

  async #ask(text: string): Promise<void> {
    const from = this.dataset['suggestions'] ?? '/api/search/suggestions';
    if (!isOurs(from)) return;
    this.#asked = new AbortController();
    const query = new URLSearchParams({ query: text, limit: String(MOST) });
    try {
      const answer = await fetch(`${from}?${query}`, { signal: this.#asked.signal });
      const body: unknown = answer.ok ? await answer.json() : undefined;
      // Somebody who typed on, or left the box, is not interrupted.
      if (text === this.#input?.value.trim()) this.#show(texts(body));
    } catch {
      // The form still works without suggestions.
      this.#close();
    }
  }

  #show(found: string[]): void {
    this.#active = -1;
    this.#list.replaceChildren(...found.map((text, at) =>
      make('li', { role: 'option', id: `${this.#list.id}-${at}`, 'aria-selected': 'false' }, text)));
    this.#open(found.length > 0);
    this.#status.textContent = found.length === 0
      ? words(this, 'none', 'No suggestions')
      : found.length === 1
        ? words(this, 'one', '1 suggestion')
        : words(this, 'found', '{n} suggestions', found.length);
  }

  #open(open: boolean): void {
    this.#list.hidden = !open;
    this.#input?.setAttribute('aria-expanded', String(open));
    this.#input?.removeAttribute('aria-activedescendant');
  }

  #close(): void {
    this.#active = -1;
    this.#open(false);
    this.#status.textContent = '';
  }

  #key(event: KeyboardEvent): void {
    const options = [...this.#list.children];
    if (this.#list.hidden || options.length === 0) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      // Before the first and behind the last suggestion is the box itself.
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const places = options.length + 1;
      this.#activate(options, ((this.#active + 1 + step + places) % places) - 1);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.#close();
    } else if (event.key === 'Enter') {
      const option = options[this.#active];
      if (!option) return;
      event.preventDefault();
      this.#choose(option);
    }
  }

  #activate(options: Element[], at: number): void {
    this.#active = at;
    options.forEach((option, index) => option.setAttribute('aria-selected', String(index === at)));
    const option = options[at];
    if (option) {
      this.#input?.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    } else {
      this.#input?.removeAttribute('aria-activedescendant');
    }
  }

  #choose(option: Element): void {
    if (!this.#input) return;
    this.#input.value = option.textContent ?? '';
    this.#close();
    this.#input.form?.requestSubmit();
  }
}

/** The suggestions in an answer of the API; none if it is anything else. */
function texts(body: unknown): string[] {
  const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined;
  return Array.isArray(data) ? data.filter((text) => typeof text === 'string').slice(0, MOST) : [];
}
