import { one, send, show } from './test-page.ts';
import { beforeEach, mock, test } from 'node:test';
import assert from 'node:assert/strict';
import { Live } from './live.ts';

class Stream extends window.EventTarget {
  static CLOSED = 2;
  static opened: Stream[] = [];
  readyState = 1;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    Stream.opened.push(this);
  }
  close(): void { this.readyState = 2; }
  say(data: unknown): void {
    const event = new Event('message');
    Object.defineProperty(event, 'data', { value: typeof data === 'string' ? data : JSON.stringify(data) });
    this.dispatchEvent(event);
  }
}

Reflect.set(globalThis, 'EventSource', Stream);
customElements.define('hyd-live', Live);

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  Stream.opened = [];
  show('<span data-badge hidden>0</span><hyd-live data-stream="/dashboard/stream"><ol data-entries><li>Old</li></ol></hyd-live>');
});

const stream = (): Stream => {
  const last = Stream.opened.at(-1);
  assert.ok(last);
  return last;
};

test('what happens comes first, once, and is counted', () => {
  const entry = { id: 'e1', words: 'You saved a home', href: '/homes/h1', at: '2026-11-21T00:00:00Z', time: '5:30 am' };
  stream().say(entry);
  stream().say(entry);
  assert.equal(one('[data-badge]').textContent, '1');
  assert.ok(!one('[data-badge]').hidden);
  assert.equal(one('ol').children.length, 2);
  assert.equal(one('ol li').textContent, 'You saved a home 5:30 am');
  assert.equal(one('ol a').getAttribute('href'), '/homes/h1');
  assert.equal(one('[role="status"]').textContent, 'New: You saved a home');
});

test('texts stay texts, and links lead to this site only', () => {
  stream().say({ id: 'e1', words: '<img src=x onerror=alert(1)>', href: 'javascript:alert(1)' });
  assert.equal(document.querySelector('img'), null);
  assert.equal(document.querySelector('ol a'), null);
  for (const nonsense of ['nonsense', '7', 'null', '{"id":1,"words":"x"}', '{"id":"e2"}']) stream().say(nonsense);
  assert.equal(one('ol').children.length, 2);
});

test('a stream that the server refused is opened again, later each time', () => {
  for (const wait of [1000, 2000, 4000]) {
    const before = Stream.opened.length;
    stream().close();
    send(stream(), 'error');
    mock.timers.tick(wait - 1);
    assert.equal(Stream.opened.length, before);
    mock.timers.tick(1);
    assert.equal(Stream.opened.length, before + 1);
  }
  send(stream(), 'error');
  mock.timers.tick(100_000);
  assert.equal(Stream.opened.length, 4, 'the browser itself tries again while the stream is not closed');
});
