import { one, press, send, show } from './test-page.ts';
import { beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { Gallery } from './gallery.ts';

customElements.define('hyd-gallery', Gallery);

beforeEach(() => show(`<hyd-gallery>
  <a id="a" href="/1.webp"><img alt="Front" src="/1s.webp"></a>
  <a id="b" href="/2.webp"><img alt="Kitchen" src="/2s.webp"></a>
  <a id="c" href="/plan.pdf">Plan</a></hyd-gallery>`));

const dialog = (): HTMLDialogElement => one<HTMLDialogElement>('dialog');
const shown = (): string[] => [one<HTMLImageElement>('dialog img').src, one<HTMLImageElement>('dialog img').alt, one('dialog [role="status"]').textContent ?? ''];

test('a photo opens large, keys lead around, and the focus comes back to the photo seen last', () => {
  assert.ok(send(one('#a img'), 'click').defaultPrevented);
  assert.ok(dialog().open);
  assert.deepEqual(shown(), ['https://homes.example/1.webp', 'Front', '1 / 2']);
  press(dialog(), 'ArrowRight');
  assert.deepEqual(shown(), ['https://homes.example/2.webp', 'Kitchen', '2 / 2']);
  press(dialog(), 'ArrowRight');
  press(dialog(), 'End');
  one('dialog .close').click();
  assert.equal(document.activeElement, one('#b'));
});

test('a swipe leads on, and a short movement does not', () => {
  send(one('#a'), 'click');
  send(dialog(), 'pointerdown', { clientX: 200 });
  send(dialog(), 'pointerup', { clientX: 190 });
  assert.equal(shown()[2], '1 / 2');
  send(dialog(), 'pointerdown', { clientX: 200 });
  send(dialog(), 'pointerup', { clientX: 90 });
  assert.equal(shown()[2], '2 / 2');
});

test('other links, and links opened elsewhere, are left alone', () => {
  assert.ok(!send(one('#c'), 'click').defaultPrevented);
  assert.ok(!send(one('#a'), 'click', { ctrlKey: true }).defaultPrevented);
  assert.equal(document.querySelector('dialog'), null);
});
