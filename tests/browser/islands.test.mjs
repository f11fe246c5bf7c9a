// Pages in a browser with scripts: what moves, moves; the policy that forbids other scripts stays silent.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { password, start } from './server.mjs';

let portal, page;
const complaints = [];

/** Calls the API and returns the data of its answer. */
async function call(method, path, body, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(portal.base + path, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return (await answer.json()).data;
}

before(async () => {
  portal = await start({});
  const { accessToken: token } = await call('POST', '/api/auth/register',
    { username: 'asha', email: 'asha@example.com', password, firstName: 'Asha', lastName: 'Sample' });
  await call('POST', '/api/properties',
    { title: 'Two rooms', location: 'Kondapur', price: 8_500_000, propertyType: 'APARTMENT' }, token);
  // What is suggested is as of a moment ago.
  let known = [];
  for (let tries = 0; tries < 2000 && known.length === 0; tries += 1) {
    known = await call('GET', '/api/search/suggestions?query=konda', undefined, token);
  }
  assert.deepEqual(known, ['Kondapur']);
  page = await portal.visitor({ javaScriptEnabled: true });
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(String(error)));
});

after(() => portal?.stop());

test('the search box suggests localities, by keys alone', async () => {
  await page.goto('/');
  const box = page.getByRole('combobox', { name: /Area, size and price/ });
  await box.pressSequentially('konda');
  await page.getByRole('option', { name: 'Kondapur' }).waitFor();
  assert.equal(await box.getAttribute('aria-expanded'), 'true');
  await box.press('ArrowDown');
  assert.equal(await page.locator(`#${await box.getAttribute('aria-activedescendant')}`).textContent(), 'Kondapur');
  await box.press('Enter');
  await page.waitForURL(/kondapur/i);
});

test('no page breaks the policy, and structured data is none of its business', async () => {
  for (const path of ['/', '/homes', '/sign-in']) await page.goto(path);
  assert.ok(await page.evaluate(() => customElements.get('hyd-typeahead') !== undefined || !document.querySelector('hyd-typeahead')));
  await page.goto('/');
  const data = await page.locator('script[type="application/ld+json"]').allTextContents();
  assert.deepEqual(data.map((text) => JSON.parse(text)['@type']), ['WebSite', 'Organization']);
  assert.deepEqual(complaints, []);
});
