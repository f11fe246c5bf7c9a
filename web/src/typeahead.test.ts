import { answers, one, press, send, settled, show } from './test-page.ts';
import { beforeEach, mock, test } from 'node:test';
import assert from 'node:assert/strict';
import { Typeahead } from './typeahead.ts';

customElements.define('hyd-typeahead', Typeahead);
let sent = 0;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  sent = 0;
  show('<form><hyd-typeahead><label for="q">Search</label><input id="q" type="search"></hyd-typeahead></form>');
  Object.defineProperty(one('form'), 'requestSubmit', { value: () => { sent += 1; } });
});

const box = (): HTMLInputElement => one<HTMLInputElement>('#q');

async function type(text: string): Promise<void> {
  box().value = text;
  send(box(), 'input');
  mock.timers.tick(150);
  await settled();
}

test('suggestions come after a pause, are counted, and are chosen by keys', async () => {
  const called = answers(JSON.stringify({ data: ['Kondapur', 'Kokapet', 7] }));
  await type('ko');
  assert.deepEqual(called, ['/api/search/suggestions?query=ko&limit=8']);
  assert.equal(one('[role="status"]').textContent, '2 suggestions');
  assert.equal(box().getAttribute('aria-expanded'), 'true');
  press(box(), 'ArrowDown');
  press(box(), 'ArrowDown');
  assert.equal(box().getAttribute('aria-activedescendant'), 'q-suggestions-1');
  assert.equal(one('#q-suggestions-1').getAttribute('aria-selected'), 'true');
  assert.ok(press(box(), 'Enter').defaultPrevented);
  assert.deepEqual([box().value, sent, one('[role="listbox"]').hidden], ['Kokapet', 1, true]);
});

test('fast typing asks once, and Enter without a choice sends the form as it is', async () => {
  const called = answers(JSON.stringify({ data: ['Kondapur'] }));
  box().value = 'kon';
  send(box(), 'input');
  mock.timers.tick(100);
  await type('kond');
  assert.equal(called.length, 1);
  assert.ok(!press(box(), 'Enter').defaultPrevented);
  assert.ok(press(box(), 'Escape').defaultPrevented);
  assert.equal(box().getAttribute('aria-expanded'), 'false');
});

test('a pointer chooses, and markup in a suggestion is text', async () => {
  answers(JSON.stringify({ data: ['<img src=x onerror=alert(1)>'] }));
  await type('img');
  assert.equal(document.querySelector('img'), null);
  send(one('[role="option"]'), 'click');
  assert.deepEqual([box().value, sent], ['<img src=x onerror=alert(1)>', 1]);
});

test('without an answer, and without suggestions, nothing opens', async () => {
  answers('{}', false);
  await type('zz');
  assert.ok(one('[role="listbox"]').hidden);
  assert.equal(one('[role="status"]').textContent, 'No suggestions');
});
