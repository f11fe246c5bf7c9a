// <hyd-filters> around the form of a list: a change shows at once, without loading the page anew. The address changes
// with it, and back and forward show what was there. Without it the form's button does the same.
import { isOurs, liveRegion, words } from './words.ts';

/** How long a pause in typing is, in milliseconds. */
const PAUSE = 400;
const REGION = '#results';

export class Filters extends HTMLElement {
  #status = liveRegion();
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #asked: AbortController | undefined;

  connectedCallback(): void {
    this.append(this.#status);
    this.addEventListener('input', (event) => {
      const typed = event.target instanceof HTMLInputElement && !['checkbox', 'radio', 'range'].includes(event.target.type);
      this.#later(typed ? PAUSE : 0);
    });
    this.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#later(0);
    });
    document.addEventListener('click', this.#chip);
    window.addEventListener('popstate', this.#back);
    // What back and forward restore is ours to restore: the list is replaced after the browser would scroll.
    history.scrollRestoration = 'manual';
    window.addEventListener('pagehide', this.#leave);
  }

  disconnectedCallback(): void {
    clearTimeout(this.#waiting);
    this.#asked?.abort();
    document.removeEventListener('click', this.#chip);
    window.removeEventListener('popstate', this.#back);
    window.removeEventListener('pagehide', this.#leave);
    history.scrollRestoration = 'auto';
  }

  #leave = (): void => { history.scrollRestoration = 'auto'; };

  /** A link of the list that only changes a filter, such as a chip. */
  #chip = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-filter]') : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !isOurs(link.href)) return;
    event.preventDefault();
    void this.#go(link.href, true);
  };

  #back = (event: PopStateEvent): void => {
    const state: unknown = event.state;
    const top = typeof state === 'object' && state !== null && 'top' in state && typeof state.top === 'number' ? state.top : 0;
    void this.#replace(location.href, true).then(() => window.scrollTo(0, top));
  };

  #later(pause: number): void {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      const form = this.querySelector('form');
      if (form) void this.#go(address(form), false);
    }, pause);
  }

  /** Shows another list. `form` says whether the form must be shown anew, too. */
  async #go(url: string, form: boolean): Promise<void> {
    const top = window.scrollY;
    const shown = await this.#replace(url, form);
    if (!shown) return;
    history.replaceState({ top }, '');
    history.pushState(null, '', shown);
  }

  /** The address of the list that is shown now. Without one the page is loaded, or a newer change has come. */
  async #replace(url: string, form: boolean): Promise<string | undefined> {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const here = document.querySelector(REGION);
    try {
      here?.setAttribute('aria-busy', 'true');
      const answer = await fetch(url, { signal: asked.signal, headers: { accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const region = page.querySelector(REGION);
      if (!answer.ok || !here || !region) throw new Error('this is no list');
      if (asked.signal.aborted) return undefined;
      here.replaceChildren(...region.childNodes);
      here.removeAttribute('aria-busy');
      document.title = page.title;
      this.#renew(page, form);
      document.dispatchEvent(new Event('hyd:replaced'));
      return answer.url || url;
    } catch {
      if (!asked.signal.aborted) location.assign(url);
      return undefined;
    }
  }

  /** What stands around the list: the counts beside the filters, and the form itself after a step back. */
  #renew(page: Document, form: boolean): void {
    const [old, renewed] = [this.querySelector('form'), page.querySelector('hyd-filters form')];
    if (form && old && renewed) old.replaceWith(renewed);
    for (const part of document.querySelectorAll<HTMLElement>('[data-renew]')) {
      const other = page.querySelector(`[data-renew="${CSS.escape(part.dataset['renew'] ?? '')}"]`);
      part.replaceChildren(...(other?.childNodes ?? []));
    }
    for (const count of this.querySelectorAll<HTMLElement>('[data-facet]')) {
      const other = page.querySelector(`hyd-filters [data-facet="${CSS.escape(count.dataset['facet'] ?? '')}"]`);
      count.textContent = other?.textContent ?? '';
    }
    const count = document.querySelector('[data-count]')?.textContent?.trim() ?? '';
    this.#status.textContent = words(this, 'found', '{n}', count);
  }
}

/** The address of a form's list. Filters that are not filled in are left out. */
export function address(form: HTMLFormElement): string {
  const url = new URL(form.getAttribute('action') ?? location.pathname, location.href);
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && value !== '') query.append(name, value);
  }
  url.search = query.toString();
  return url.href;
}
