import { one, press, send, show } from './test-page.ts';
import { beforeEach, mock, test } from 'node:test';
import assert from 'node:assert/strict';
import { SincePopover } from './since-popover.ts';

customElements.define('hyd-since', SincePopover);

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setInterval'] });
  show('<main id="main" tabindex="-1"></main><hyd-since><p>3 new matches</p></hyd-since>');
});

const popover = (): HTMLElement => one('hyd-since');

test('it goes away after thirty seconds', () => {
  mock.timers.tick(29_000);
  assert.ok(!popover().hidden);
  mock.timers.tick(1000);
  assert.ok(popover().hidden);
});

test('it stays while somebody looks at it, and for good when told', () => {
  send(popover(), 'mouseenter');
  mock.timers.tick(60_000);
  send(popover(), 'mouseleave');
  one('hyd-since button').click();
  mock.timers.tick(60_000);
  assert.ok(!popover().hidden);
  assert.equal(one('hyd-since button').getAttribute('aria-pressed'), 'true');
});

test('Escape closes it, and the focus goes to the page', () => {
  one('hyd-since button').focus();
  press(document, 'Escape');
  assert.ok(popover().hidden);
  assert.equal(document.activeElement, one('#main'));
});
