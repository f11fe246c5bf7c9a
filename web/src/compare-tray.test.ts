import { one, press, send, show } from './test-page.ts';
import { beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { CompareTray } from './compare-tray.ts';

customElements.define('hyd-compare', CompareTray);
const page = [1, 2, 3, 4, 5].map((n) => `<a id="l${n}" data-compare="h${n}" data-title="Home ${n}" href="/compare?id=h${n}">Compare</a>`);

beforeEach(() => {
  sessionStorage.clear();
  show(`${page.join('')}<hyd-compare></hyd-compare>`);
});

const pressed = (n: number): string | null => one(`#l${n}`).getAttribute('aria-pressed');

test('homes are kept in the tab, and compared at one address', () => {
  assert.ok(one('.tray').hidden);
  assert.ok(send(one('#l1'), 'click').defaultPrevented);
  press(one('#l2'), ' ');
  assert.deepEqual([pressed(1), pressed(2), pressed(3)], ['true', 'true', 'false']);
  assert.equal(one<HTMLAnchorElement>('.tray a').getAttribute('href'), '/compare?id=h1&id=h2');
  assert.equal(one('[role="status"]').textContent, '2 of 4 homes to compare');
  show(`${page.join('')}<hyd-compare></hyd-compare>`);
  assert.equal(pressed(1), 'true', 'the next page knows them');
  one('.tray li button').click();
  assert.equal(pressed(1), 'false');
});

test('a fifth home is refused with a reason', () => {
  for (const n of [1, 2, 3, 4, 5]) send(one(`#l${n}`), 'click');
  assert.equal(pressed(5), 'false');
  assert.match(one('[role="status"]').textContent ?? '', /Four homes/);
});

test('what else stands in the storage is not taken', () => {
  for (const kept of ['nonsense', '{}', '[{"id":1}]', 'null']) {
    sessionStorage.setItem('hyd-compare', kept);
    show('<hyd-compare></hyd-compare>');
    assert.ok(one('.tray').hidden, kept);
  }
});
