// The browser client of the sources, as its documents describe it: a page of another origin that sends a person's token
// beside identity headers, which count for nothing. Every call that it makes is made here by such a page.
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { password, start } from './server.mjs';

const origin = 'http://localhost:3000';
let portal, page, pages;

before(async () => {
  portal = await start({});
  pages = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<!doctype html><title>Client</title>'));
  await new Promise((resolve, reject) => pages.once('error', reject).listen(3000, '127.0.0.1', resolve));
  page = await portal.visitor({ javaScriptEnabled: true });
  await page.goto(`${origin}/`);
});

after(async () => {
  await portal?.stop();
  pages?.close();
});

/** Sends a call from the page of the other origin. */
const call = (method, path, body, token) => page.evaluate(async ([base, method, path, body, token]) => {
  const headers = { 'content-type': 'application/json', 'X-User-Id': 'somebody-else', 'X-Session-Id': 'session_abc123' };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, ...await answer.json() };
}, [portal.base, method, path, body, token]);

async function works(method, path, body, token) {
  const answer = await call(method, path, body, token);
  assert.ok(answer.success === true && answer.status < 300, `${method} ${path}: ${JSON.stringify(answer)}`);
  return answer.data;
}

test('the nine calls of the sources\' browser client work from its page', async () => {
  const joined = await works('POST', '/api/auth/register',
    { username: 'asha', email: 'asha@example.com', password, phone: '98480 12345', userType: 'buyer' });
  assert.ok(joined.accessToken && joined.user.id);
  const { accessToken: token, user } = await works('POST', '/api/auth/login', { email: 'asha@example.com', password });

  const listed = await works('POST', '/api/properties', {
    title: '3BHK Apartment in Gachibowli', listingType: 'sell', category: 'residential', propertyType: 'apartment', bhk: '3',
    area: '1650', areaUnit: 'sqft', totalFloors: '10', floorNumber: '5', location: 'Gachibowli', city: 'Hyderabad',
    pincode: '500032', price: '85', priceUnit: 'lac', amenities: ['parking', 'lift', 'gym'], ownerName: 'Asha',
    mobile: '9848012345', email: 'asha@example.com', description: '',
    userId: 'somebody-else', sessionId: 'session_abc123', timestamp: new Date().toISOString(),
  }, token);
  assert.equal(listed.price, 8_500_000);
  assert.equal(listed.ownerId, user.id, 'who sends it is who the token says');

  const search = 'location=Gachibowli&propertyType=residential&budget=50+L+-+1+Cr&minPrice=&maxPrice=';
  const found = await works('GET', `/api/search/properties?${search}`, undefined, token);
  assert.equal((found.content ?? found)[0].id, listed.id);
  assert.equal((await works('GET', `/api/properties/${listed.id}`, undefined, token)).id, listed.id);

  const history = await works('GET', `/api/user-history/${user.id}?page=0&size=20`, undefined, token);
  for (const activity of history.activities) {
    assert.ok(activity.activityType && activity.description && activity.timestamp);
  }
  assert.ok(history.summary.totalActivitiesLast30Days >= 3 && history.summary.lastActivityTimestamp);
  for (const list of ['recent?limit=10', 'properties?limit=20', 'searches?limit=10']) {
    const some = await works('GET', `/api/user-history/${user.id}/${list}`, undefined, token);
    assert.ok((some.content ?? some).length > 0, list);
  }
});
