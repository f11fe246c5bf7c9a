// Pages in a browser with scripts: what moves, moves; the policy that forbids other scripts stays silent.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { start } from './server.mjs';

let portal, page;
const complaints = [];

before(async () => {
  portal = await start({});
  page = await portal.visitor({ javaScriptEnabled: true });
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(String(error)));
});

after(() => portal?.stop());

test('the search box suggests localities, by keys alone', async () => {
  await page.goto('/');
  const box = page.getByRole('combobox', { name: 'Search homes' });
  await box.pressSequentially('konda');
  await page.getByRole('option', { name: /Kondapur/i }).first().waitFor();
  assert.equal(await box.getAttribute('aria-expanded'), 'true');
  await box.press('ArrowDown');
  const active = page.locator(`#${await box.getAttribute('aria-activedescendant')}`);
  const chosen = await active.textContent();
  await box.press('Enter');
  await page.waitForURL(/\/homes\?q=/);
  assert.equal(new URL(page.url()).searchParams.get('q'), chosen);
});

test('no page breaks the policy, and structured data is none of its business', async () => {
  for (const path of ['/', '/homes', '/sign-in']) await page.goto(path);
  assert.ok(await page.evaluate(() => customElements.get('hyd-typeahead') !== undefined || !document.querySelector('hyd-typeahead')));
  await page.goto('/');
  const data = await page.locator('script[type="application/ld+json"]').allTextContents();
  assert.deepEqual(data.map((text) => JSON.parse(text)['@type']), ['WebSite', 'Organization']);
  assert.deepEqual(complaints, []);
});
