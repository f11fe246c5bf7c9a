import { answers, one, send, settled, show } from './test-page.ts';
import { beforeEach, mock, test } from 'node:test';
import assert from 'node:assert/strict';
import { Filters, address } from './filters.ts';

customElements.define('hyd-filters', Filters);

const page = (bedrooms: string, count: number): string => `<title>${count} homes</title><hyd-filters>
  <form action="/hyderabad"><input type="checkbox" name="bedrooms" value="2" ${bedrooms}>
  <span data-facet="2">${count}</span><input type="text" name="q" value=""></form></hyd-filters>
  <div id="results"><p data-count>${count} homes</p><a data-filter href="/hyderabad">2 BHK ×</a></div>`;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  Reflect.set(window, 'scrollTo', () => {});
  history.replaceState(null, '', '/hyderabad');
  show(page('', 9));
});

test('a change shows at once, in the address, and is read out', async () => {
  const called = answers(page('checked', 4));
  one<HTMLInputElement>('[name="bedrooms"]').checked = true;
  send(one('[name="bedrooms"]'), 'input');
  mock.timers.tick(0);
  await settled();
  assert.deepEqual(called, ['https://homes.example/hyderabad?bedrooms=2']);
  assert.equal(location.search, '?bedrooms=2');
  assert.equal(one('[data-count]').textContent, '4 homes');
  assert.equal(one('[data-facet]').textContent, '4');
  assert.equal(one('[role="status"]').textContent, '4 homes');
  assert.equal(document.title, '4 homes');
});

test('back shows what was there, with its form', async () => {
  answers(page('checked', 4));
  send(window, 'popstate', { state: { top: 120 } });
  await settled();
  assert.equal(one<HTMLInputElement>('[name="bedrooms"]').checked, true);
  assert.equal(one('[data-count]').textContent, '4 homes');
});

test('a chip takes its filter away without a new page', async () => {
  const called = answers(page('', 9));
  assert.ok(send(one('[data-filter]'), 'click').defaultPrevented);
  await settled();
  assert.deepEqual(called, ['https://homes.example/hyderabad']);
});

test('if the list cannot be had, the page is loaded, which says why', async () => {
  const went: string[] = [];
  Reflect.set(globalThis, 'location', { href: location.href, origin: location.origin, assign: (to: string) => went.push(to) });
  answers('Too many requests', false);
  send(one('form'), 'submit');
  mock.timers.tick(0);
  await settled();
  assert.deepEqual(went, ['https://homes.example/hyderabad']);
  Reflect.set(globalThis, 'location', window.location);
});

test('filters that are not filled in are not in the address', () => {
  assert.equal(address(one<HTMLFormElement>('form')), 'https://homes.example/hyderabad');
});
