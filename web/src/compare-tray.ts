// <hyd-compare>: keeps up to four homes for comparison in this tab. Links `a[data-compare="ID"]` on the page add and
// take away; without it each leads to the comparison itself.
import { liveRegion, make, words } from './words.ts';

const KEY = 'hyd-compare';
const MOST = 4;

interface Home { id: string; title: string }

export class CompareTray extends HTMLElement {
  #homes: Home[] = [];
  #status = liveRegion();
  #tray = make('section', { class: 'tray', hidden: '' });

  connectedCallback(): void {
    this.#homes = read();
    this.#tray.setAttribute('aria-label', words(this, 'label', 'Homes to compare'));
    this.append(this.#tray, this.#status);
    document.addEventListener('click', this.#pressed);
    document.addEventListener('keydown', this.#key);
    document.addEventListener('hyd:replaced', this.#draw);
    this.#draw();
  }

  disconnectedCallback(): void {
    document.removeEventListener('click', this.#pressed);
    document.removeEventListener('keydown', this.#key);
    document.removeEventListener('hyd:replaced', this.#draw);
  }

  #pressed = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-compare]') : null;
    const id = link?.dataset['compare'];
    if (!link || !id || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#toggle({ id, title: link.dataset['title'] ?? id });
  };

  /** What is pressed like a button is pressed by the space bar, too. */
  #key = (event: KeyboardEvent): void => {
    if (event.key !== ' ' || !(event.target instanceof HTMLElement) || !event.target.matches('a[data-compare]')) return;
    event.preventDefault();
    event.target.click();
  };

  #toggle(home: Home): void {
    const held = this.#homes.some((one) => one.id === home.id);
    if (!held && this.#homes.length >= MOST) {
      this.#status.textContent = words(this, 'full', 'Four homes can be compared. Take one away first.');
      return;
    }
    this.#homes = held ? this.#homes.filter((one) => one.id !== home.id) : [...this.#homes, home];
    this.#keep();
  }

  #keep(): void {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.#homes));
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    this.#draw();
    this.#status.textContent = words(this, 'count', '{n} of 4 homes to compare', this.#homes.length);
  }

  #draw = (): void => {
    for (const link of document.querySelectorAll<HTMLElement>('[data-compare]')) {
      const held = this.#homes.some((one) => one.id === link.dataset['compare']);
      link.setAttribute('role', 'button');
      link.setAttribute('aria-pressed', String(held));
    }
    this.#tray.hidden = this.#homes.length === 0;
    const list = make('ul');
    list.append(...this.#homes.map((home) => this.#entry(home)));
    const query = new URLSearchParams(this.#homes.map((home) => ['id', home.id]));
    const to = `${this.dataset['href'] ?? '/compare'}?${query}`;
    const link = make('a', { class: 'button', href: to }, words(this, 'compare', 'Compare {n}', this.#homes.length));
    const clear = make('button', { type: 'button', class: 'button quiet' }, words(this, 'clear', 'Take all away'));
    clear.addEventListener('click', () => { this.#homes = []; this.#keep(); });
    this.#tray.replaceChildren(list, link, clear);
  };

  #entry(home: Home): HTMLElement {
    const entry = make('li', {}, home.title);
    const label = words(this, 'remove', 'Take away {n}', home.title);
    const button = make('button', { type: 'button', class: 'button quiet', 'aria-label': label }, '×');
    button.addEventListener('click', () => this.#toggle(home));
    entry.append(button);
    return entry;
  }
}

/** The homes kept in this tab. What else may stand there is not taken. */
function read(): Home[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isHome).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function isHome(one: unknown): one is Home {
  return typeof one === 'object' && one !== null && 'id' in one && 'title' in one
    && typeof one.id === 'string' && typeof one.title === 'string';
}
