// <hyd-since> around what happened since the last visit: goes away after thirty seconds unless somebody pauses it, looks at
// it or has the focus in it (WCAG 2.2.1). Without it, it stays.
import { make, words } from './words.ts';

const SHOWN = 30;

export class SincePopover extends HTMLElement {
  #left = SHOWN;
  #paused = false;
  #inside = false;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #pause = make('button', { type: 'button', class: 'button quiet' });

  connectedCallback(): void {
    const close = make('button', { type: 'button', class: 'button quiet' }, words(this, 'close', 'Close'));
    close.addEventListener('click', () => this.#close());
    this.#pause.addEventListener('click', () => { this.#paused = !this.#paused; this.#name(); });
    const row = make('p', { class: 'row' });
    row.append(this.#pause, close);
    this.append(row);
    this.#name();
    for (const [name, inside] of [['mouseenter', true], ['mouseleave', false], ['focusin', true], ['focusout', false]] as const) {
      this.addEventListener(name, () => { this.#inside = inside; });
    }
    document.addEventListener('keydown', this.#escape);
    this.#ticking = setInterval(() => this.#tick(), 1000);
  }

  disconnectedCallback(): void {
    clearInterval(this.#ticking);
    document.removeEventListener('keydown', this.#escape);
  }

  #escape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.defaultPrevented) this.#close();
  };

  #tick(): void {
    if (this.#paused || this.#inside || document.hidden) return;
    this.#left -= 1;
    if (this.#left <= 0) this.#close();
  }

  #name(): void {
    this.#pause.textContent = this.#paused ? words(this, 'resume', 'Let it go') : words(this, 'pause', 'Keep it here');
    this.#pause.setAttribute('aria-pressed', String(this.#paused));
  }

  #close(): void {
    clearInterval(this.#ticking);
    // The focus must not vanish with what it was in.
    if (this.contains(document.activeElement)) document.getElementById('main')?.focus();
    this.hidden = true;
  }
}
