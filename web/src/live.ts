// <hyd-live data-stream="…">: what happens, as it happens. Each message is `{"id", "words", "href"?, "at"?, "time"?}`; it
// raises the number in `[data-badge]` and comes first in `[data-entries]`. Without it the next page shows it.
import { isOurs, liveRegion, make, words } from './words.ts';

/** The longest wait before the stream is opened again, in milliseconds. */
const LONGEST = 60_000;
/** How many entries stay on the page. */
const MOST = 100;

interface Entry { id: string; words: string; href?: string; at?: string; time?: string }

export class Live extends HTMLElement {
  #stream: EventSource | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #seen = new Set<string>();
  #status = liveRegion();

  connectedCallback(): void {
    this.append(this.#status);
    this.#open();
  }

  disconnectedCallback(): void {
    clearTimeout(this.#waiting);
    this.#stream?.close();
  }

  #open(): void {
    const from = this.dataset['stream'];
    if (!from || !isOurs(from)) return;
    const stream = new EventSource(from);
    this.#stream = stream;
    stream.addEventListener('open', () => { this.#failures = 0; });
    stream.addEventListener('message', (event: MessageEvent<unknown>) => this.#take(event.data));
    stream.addEventListener('error', () => {
      // The browser tries again by itself, unless the server refused.
      if (stream.readyState !== EventSource.CLOSED) return;
      const wait = Math.min(LONGEST, 1000 * 2 ** this.#failures);
      this.#failures += 1;
      this.#waiting = setTimeout(() => this.#open(), wait);
    });
  }

  #take(data: unknown): void {
    const entry = read(data);
    if (!entry || this.#seen.has(entry.id)) return;
    this.#seen.add(entry.id);
    for (const badge of document.querySelectorAll('[data-badge]')) {
      badge.textContent = String((Number.parseInt(badge.textContent ?? '', 10) || 0) + 1);
      badge.removeAttribute('hidden');
    }
    const list = this.querySelector('[data-entries]');
    list?.prepend(shown(entry));
    while (list && list.children.length > MOST) list.lastElementChild?.remove();
    this.#status.textContent = words(this, 'new', 'New: {n}', entry.words);
  }
}

function shown(entry: Entry): HTMLElement {
  const item = make('li');
  item.append(entry.href && isOurs(entry.href) ? make('a', { href: entry.href }, entry.words) : entry.words);
  if (entry.at) item.append(' ', make('time', { datetime: entry.at }, entry.time ?? entry.at));
  return item;
}

function read(data: unknown): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(String(data));
    if (typeof entry !== 'object' || entry === null || !('id' in entry) || !('words' in entry)) return undefined;
    const text = (name: string): string | undefined => {
      const value: unknown = Reflect.get(entry, name);
      return typeof value === 'string' ? value : undefined;
    };
    const [id, said, href, at, time] = ['id', 'words', 'href', 'at', 'time'].map(text);
    if (!id || !said) return undefined;
    return { id, words: said, ...(href && { href }), ...(at && { at }), ...(time && { time }) };
  } catch {
    return undefined;
  }
}
