// A page for the tests: its document, without a browser. Import it before any island.
import { Window } from 'happy-dom';

const window = new Window({ url: 'https://homes.example/hyderabad' });

const NAMES = ['window', 'document', 'location', 'history', 'sessionStorage', 'HTMLElement', 'HTMLInputElement', 'Element',
  'customElements', 'DOMParser', 'FormData', 'Event', 'CSS'] as const;
for (const name of NAMES) {
  Object.defineProperty(globalThis, name, { value: Reflect.get(window, name), configurable: true, writable: true });
}

/** Shows markup, as the server would send it. Our scripts run when all of it is there. */
export function show(html: string): void {
  const whole = document.createElement('template');
  whole.innerHTML = html;
  document.body.replaceChildren(whole.content);
}

export function one<E extends Element = HTMLElement>(selector: string): E {
  const found = document.querySelector<E>(selector);
  if (!found) throw new Error(`there is no ${selector}`);
  return found;
}

export function press(target: EventTarget, key: string): Event {
  return send(target, 'keydown', { key });
}

/** Sends an event of any kind; `with_` are its further members. */
export function send(target: EventTarget, name: string, with_: Record<string, unknown> = {}): Event {
  const event = new Event(name, { bubbles: true, cancelable: true });
  for (const [member, value] of Object.entries(with_)) Object.defineProperty(event, member, { value });
  target.dispatchEvent(event);
  return event;
}

/** Waits until what was promised has happened; nothing here waits for a time. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Answers every call with this, and tells what was called. */
export function answers(body: string, ok = true): string[] {
  const called: string[] = [];
  Reflect.set(globalThis, 'fetch', async (url: string) => {
    called.push(String(url));
    return { ok, json: async () => JSON.parse(body) as unknown, text: async () => body };
  });
  return called;
}
