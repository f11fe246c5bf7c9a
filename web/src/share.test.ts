import { one, settled, show } from './test-page.ts';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Share } from './share.ts';

customElements.define('hyd-share', Share);

async function shared(navigator: object): Promise<string> {
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  show('<link rel="canonical" href="https://homes.example/homes/h1"><hyd-share><button hidden>Share</button></hyd-share>');
  one('button').click();
  await settled();
  return one('[role="status"]').textContent ?? '';
}

test('the system shares the canonical address', async () => {
  const given: unknown[] = [];
  assert.equal(await shared({ share: async (what: unknown) => { given.push(what); } }), '');
  assert.deepEqual(given, [{ title: document.title, url: 'https://homes.example/homes/h1' }]);
});

test('without a system to share with, the address is copied, or shown', async () => {
  const copied: string[] = [];
  assert.equal(await shared({ clipboard: { writeText: async (text: string) => { copied.push(text); } } }), 'The address is copied.');
  assert.deepEqual(copied, ['https://homes.example/homes/h1']);
  assert.match(await shared({}), /Copy this address: https:\/\/homes\.example\/homes\/h1/);
});

test('somebody who changed their mind is told nothing', async () => {
  const abort = Object.assign(new Error('no'), { name: 'AbortError' });
  assert.equal(await shared({ share: async () => { throw abort; } }), '');
});
