// <hyd-gallery> around links to photos, or to pages of photos whose files are in `data-photo`: each opens in a dialog as large as the screen, with keys, buttons and swipes.
// Without it the links open the photos.
import { make, words } from './words.ts';

/** A movement of at least so many pixels is a swipe. */
const SWIPE = 40;

export class Gallery extends HTMLElement {
  #photos: HTMLAnchorElement[] = [];
  #dialog: HTMLDialogElement | undefined;
  #image = make('img', { alt: '' });
  #place = make('p', { role: 'status' });
  #at = 0;
  #from: HTMLElement | undefined;
  #down: number | undefined;

  connectedCallback(): void {
    this.addEventListener('click', (event) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      this.#photos = [...this.querySelectorAll('a')].filter((photo) => photo.querySelector('img'));
      const at = this.#photos.indexOf(link);
      if (at < 0) return;
      event.preventDefault();
      this.#open(at, link);
    });
  }

  disconnectedCallback(): void {
    this.#dialog?.remove();
    this.#dialog = undefined;
  }

  #open(at: number, from: HTMLElement): void {
    this.#from = from;
    this.#dialog ??= this.#build();
    this.#show(at);
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #build(): HTMLDialogElement {
    const dialog = make('dialog', { class: 'gallery-dialog', 'aria-label': words(this, 'label', 'Photos') });
    const button = (name: string, english: string, act: () => void): HTMLButtonElement => {
      const made = make('button', { type: 'button', class: `button second ${name}` }, words(this, name, english));
      made.addEventListener('click', act);
      return made;
    };
    dialog.append(
      button('close', 'Close', () => dialog.close()),
      button('previous', 'Previous photo', () => this.#step(-1)),
      this.#image,
      button('next', 'Next photo', () => this.#step(1)),
      this.#place,
    );
    dialog.addEventListener('keydown', (event) => {
      const steps = new Map([
        ['ArrowLeft', () => this.#step(-1)],
        ['ArrowRight', () => this.#step(1)],
        ['Home', () => this.#show(0)],
        ['End', () => this.#show(this.#photos.length - 1)],
      ]);
      const step = steps.get(event.key);
      if (!step) return;
      event.preventDefault();
      step();
    });
    dialog.addEventListener('pointerdown', (event) => { this.#down = event.clientX; });
    dialog.addEventListener('pointerup', (event) => {
      const moved = this.#down === undefined ? 0 : event.clientX - this.#down;
      this.#down = undefined;
      if (Math.abs(moved) >= SWIPE) this.#step(moved < 0 ? 1 : -1);
    });
    // A click beside the photo closes; one on a child does not.
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener('close', () => this.#from?.focus());
    document.body.append(dialog);
    return dialog;
  }

  #step(by: number): void {
    this.#show((this.#at + by + this.#photos.length) % this.#photos.length);
  }

  #show(at: number): void {
    const photo = this.#photos[at];
    if (!photo) return;
    this.#at = at;
    this.#from = photo;
    this.#image.src = photo.dataset['photo'] ?? photo.href;
    this.#image.alt = photo.querySelector('img')?.alt ?? '';
    this.#place.textContent = words(this, 'place', '{n}', `${at + 1} / ${this.#photos.length}`);
  }
}
