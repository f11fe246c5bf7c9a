import { one, press, send, show } from './test-page.ts';
import { beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { AreaMap } from './map.ts';
import { area, four, moved, zoomed } from './view.ts';

customElements.define('hyd-map', AreaMap);
const whole = { x: 0, y: 0, width: 800, height: 600 };

beforeEach(() => {
  show('<hyd-map data-bounds="78,17,79,18"><svg viewBox="0 0 800 600"></svg></hyd-map>');
  Object.defineProperty(one('svg'), 'getBoundingClientRect', { value: () => ({ left: 0, top: 0, width: 800, height: 600 }) });
});

const box = (): number[] => (one('svg').getAttribute('viewBox') ?? '').split(' ').map(Number);
const button = (words: string): HTMLButtonElement => {
  const found = [...document.querySelectorAll('button')].find((it) => it.textContent === words);
  assert.ok(found, words);
  return found;
};

test('a view never leaves the whole', () => {
  assert.deepEqual(moved(whole, whole, 1, 1), whole);
  assert.deepEqual(zoomed(whole, whole, 2), whole);
  assert.deepEqual(zoomed(whole, whole, 0.5), { x: 200, y: 150, width: 400, height: 300 });
  assert.deepEqual(zoomed(whole, whole, 0.5, { x: 0, y: 0 }), { x: 0, y: 0, width: 400, height: 300 });
  assert.equal(zoomed(whole, whole, 1e-9).width, 25);
  assert.equal(four('78,17,79'), undefined);
  assert.equal(four('a b c d'), undefined);
});

test('keys and buttons move and zoom', () => {
  button('Zoom in').click();
  assert.ok((box()[2] ?? 0) < 800);
  const [x = 0] = box();
  assert.ok(press(one('svg'), 'ArrowRight').defaultPrevented);
  assert.ok((box()[0] ?? 0) > x);
  press(one('svg'), '0');
  assert.deepEqual(box(), [0, 0, 800, 600]);
  assert.ok(!press(one('svg'), 'Tab').defaultPrevented);
});

test('a pointer drags, and two fingers zoom', () => {
  button('Zoom in').click();
  const [x = 0, , width = 0] = box();
  send(one('svg'), 'pointerdown', { pointerId: 1, clientX: 400, clientY: 300 });
  send(one('svg'), 'pointermove', { pointerId: 1, clientX: 380, clientY: 300 });
  assert.ok((box()[0] ?? 0) > x);
  send(one('svg'), 'pointerdown', { pointerId: 2, clientX: 480, clientY: 300 });
  send(one('svg'), 'pointermove', { pointerId: 2, clientX: 580, clientY: 300 });
  assert.ok((box()[2] ?? 0) < width);
  assert.ok(!send(one('svg'), 'wheel', { deltaY: 1 }).defaultPrevented, 'the page scrolls');
});

test('an area is drawn by pointer or by keys, and leads to its homes', () => {
  const went: string[] = [];
  Reflect.set(globalThis, 'location', { href: 'https://homes.example/hyderabad?page=3', assign: (to: URL) => went.push(to.href) });
  button('Draw an area').click();
  assert.ok(button('Search in this area').hidden);
  for (const [clientX, clientY] of [[0, 0], [800, 0]]) send(one('svg'), 'pointerup', { pointerId: 1, clientX, clientY });
  press(one('svg'), 'Enter');
  assert.equal(one('[role="status"]').textContent, '3 corners');
  button('Search in this area').click();
  assert.deepEqual(went, ['https://homes.example/hyderabad?within=18.00000%2C78.00000%3B18.00000%2C79.00000%3B17.50000%2C78.50000']);
  button('Stop drawing').click();
  assert.equal(document.querySelector('.drawn'), null);
  Reflect.set(globalThis, 'location', window.location);
});

test('corners are told in degrees', () => {
  assert.equal(area([{ x: 400, y: 600 }], whole, [78, 17, 79, 18]), '17.00000,78.50000');
});
