// <hyd-share> with a hidden button: shares the page by the system's own means, or copies its address. Without it there is
// the address bar.
import { liveRegion, words } from './words.ts';

export class Share extends HTMLElement {
  #status = liveRegion();

  connectedCallback(): void {
    const button = this.querySelector('button');
    if (!button) return;
    // Seen, too: nothing else shows that something was copied.
    this.#status.classList.remove('unseen');
    this.append(this.#status);
    button.hidden = false;
    button.addEventListener('click', () => void this.#share());
  }

  async #share(): Promise<void> {
    const url = document.querySelector<HTMLLinkElement>('link[rel="canonical"]')?.href ?? location.href;
    try {
      if (navigator.share) {
        await navigator.share({ title: document.title, url });
      } else {
        await navigator.clipboard.writeText(url);
        this.#status.textContent = words(this, 'copied', 'The address is copied.');
      }
    } catch (error) {
      // Somebody who changed their mind need not be told.
      if (error instanceof Error && error.name === 'AbortError') return;
      this.#status.textContent = words(this, 'failed', 'Copy this address: {n}', url);
    }
  }
}
