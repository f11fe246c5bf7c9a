// How long it takes to find a home among many, measured: `node walk.mjs [HOMES]`. It starts a server of its own with the sample
// homes and as many more as asked for, each with drawn photos, walks from a search to a saved search as a phone of the middle
// range (a quarter of the processor, 9 Mbit/s, 60 ms to the server), and prints what each step took. Then `wrk`, if it is there, asks
// for the main pages over 8 connections. It is no test.
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { enter, join, unhurried } from './people.mjs';
import { field, password, start } from './server.mjs';

const count = Number(process.argv[2] ?? 10_000);
const areas = ['Gachibowli', 'Kondapur', 'Madhapur', 'Miyapur', 'Kukatpally', 'Manikonda', 'Tellapur', 'Kokapet', 'Nallagandla', 'Uppal'];
const query = '3 bhk for rent in Gachibowli under 40k';
/** The homes that the walk finds have so many photos of full size; each of the others has a small one. */
const photosOfFound = 3;
const isFound = (n) => n % 60 === 30;

/** A repeatable home: number `n` of all. */
function home(n, imageUrls) {
  const isRent = n % 3 === 0;
  const bedrooms = 1 + (n % 4);
  const area = 450 * bedrooms + (n * 37) % 500;
  return {
    title: `${bedrooms}-bedroom flat number ${n} (sample)`,
    description: 'A made-up home for a measurement. It has windows on two sides and a lift that works.',
    location: areas[n % areas.length],
    propertyType: 'APARTMENT',
    listingType: isRent ? 'RENT' : 'SALE',
    price: isRent ? 9_000 * bedrooms + (n * 131) % 12_000 : area * (5_500 + (n * 61) % 4_000),
    bedrooms,
    area,
    contactPhone: '9876543210',
    imageUrls,
  };
}

/** Drawings of the sample homes, in full and small. */
async function drawings(base, sample) {
  const fetched = async (path) => (await fetch(base + path)).blob();
  const all = (width) => Promise.all(sample.map(({ id }) => fetched(`/api/files/${id}${width}`)));
  return { full: await all(''), small: await all('?w=320') };
}

/** A photo belongs to one home: each is sent again. */
async function sendPhoto(base, token, drawing) {
  const form = new FormData();
  form.set('file', drawing, 'drawn.webp');
  const answer = await fetch(`${base}/api/files/upload`, { method: 'POST', body: form, headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 201, await answer.clone().text());
  return `/api/files/${(await answer.json()).data.id}`;
}

/** Drawing photos and indexing homes take minutes. */
async function until(ask, isSo) {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    await pause(500);
  }
}

async function fill(portal) {
  const owner = await join(portal.base, 'landlady');
  const seen = await until(() => owner('GET', '/api/properties?size=100'),
    (page) => page.content.filter((one) => one.images?.length).length > 24);
  const signIn = async () => {
    const login = await fetch(`${portal.base}/api/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ emailOrUsername: 'landlady@example.com', password }) });
    return (await login.json()).data.accessToken;
  };
  const { full, small } = await drawings(portal.base, seen.content.flatMap((one) => one.images ?? []).slice(0, 40));
  let next = 0, token = await signIn(), act = owner;
  // A token lasts ten minutes.
  const renew = setInterval(async () => {
    token = await signIn();
    act = await enter(portal.base, 'landlady@example.com');
  }, 300_000);
  const work = async () => {
    while (next < count) {
      const n = next++;
      const [drawn, photos] = isFound(n) ? [full, photosOfFound] : [small, 1];
      const urls = [];
      for (let k = 0; k < photos; k += 1) urls.push(await sendPhoto(portal.base, token, drawn[(n + k * 7) % drawn.length]));
      await act('POST', '/api/properties', home(n, urls));
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: 8 }, work));
  clearInterval(renew);
  console.log(`${count} homes with photos in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await until(() => act('GET', '/api/search/properties?query=flat&size=1'), (page) => page.totalElements >= count);
}

/** Times from the start of a step to what it shows, in the page's own clock. */
const shown = (page) => page.evaluate(() => new Promise((resolve) => {
  const tell = () => {
    const [navigation] = performance.getEntriesByType('navigation');
    const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
    resolve({ server: navigation.responseStart - navigation.requestStart, paint, load: navigation.loadEventEnd,
      bytes: performance.getEntriesByType('resource').reduce((sum, one) => sum + one.transferSize, navigation.transferSize) });
  };
  const wait = () => (performance.getEntriesByName('first-contentful-paint').length
    && performance.getEntriesByType('navigation')[0].loadEventEnd > 0 ? tell() : setTimeout(wait, 20));
  wait();
}));

const steps = [];
async function step(page, name, act) {
  const answered = page.waitForEvent('load');
  await act();
  await answered;
  const times = await shown(page);
  steps.push({ step: name, 'server ms': Math.round(times.server), 'paint ms': Math.round(times.paint), 'load ms': Math.round(times.load),
    kB: Math.round(times.bytes / 1000) });
}

async function walk(portal, emulated) {
  const page = await portal.visitor({ javaScriptEnabled: true, viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true,
    deviceScaleFactor: 2.6 });
  if (emulated) {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', { offline: false, latency: 60, downloadThroughput: 9e6 / 8, uploadThroughput: 1.5e6 / 8 });
  }
  await step(page, 'first page', () => page.goto('/'));
  await field(page, 'q').first().fill(query);
  await step(page, 'search', () => page.locator('main form[role=search]').getByRole('button', { name: 'Search' }).click());
  const results = page.url();
  const links = page.locator('.found .cards > .card h3 a');
  const ids = [];
  for (const at of [0, 1, 2]) {
    await step(page, `home ${at + 1}`, () => links.nth(at).click());
    ids.push(page.url().slice(-36));
    await step(page, 'back to the results', () => page.goto(results));
  }
  await step(page, 'compare two', () => page.goto(`/compare?id=${ids[0]}&id=${ids[1]}`));
  await step(page, 'ask: sign in first', () => page.goto(`/homes/${ids[0]}/enquire`));
  await field(page, 'emailOrUsername').fill('seeker@example.com');
  await field(page, 'password').fill(password);
  await step(page, 'signed in, the form', () => page.locator('main form button').first().click());
  await field(page, 'message').fill('Is it still there?');
  await step(page, 'asked', () => page.locator('main form').getByRole('button').last().click());
  await page.goto(results);
  await step(page, 'save the search: form', () => page.getByRole('link', { name: 'Save this search' }).click());
  await step(page, 'search saved', () => page.locator('main form button').filter({ hasText: 'Save this search' }).click());
  await page.context().close();
}

/** How long the server takes for a page, asked for over 8 connections for 10 s. */
async function render(portal) {
  const guest = await fetch(`${portal.base}/api/search/properties?query=${encodeURIComponent(query)}&size=1`);
  const [{ id }] = (await guest.json()).data.content;
  const listing = (await fetch(`${portal.base}/homes/${id}`)).url;
  const pages = { first: '/', results: '/hyderabad/gachibowli/apartments-for-rent?bedrooms=3&maxPrice=40000', listing: new URL(listing).pathname,
    area: '/areas/gachibowli' };
  const rows = [];
  for (const [page, path] of Object.entries(pages)) {
    const wrk = spawnSync('wrk', ['-t1', '-c8', '-d10s', '--latency', `${portal.base}${path}`], { encoding: 'utf8' });
    if (wrk.error) return console.log('wrk is not there: no times of single pages');
    const [, p50] = wrk.stdout.match(/^ +50% +(\S+)/m), [, p99] = wrk.stdout.match(/^ +99% +(\S+)/m), [, rate] = wrk.stdout.match(/Requests\/sec:\s+(\S+)/);
    rows.push({ page, p50, p99, 'pages/s': Number(rate), refused: wrk.stdout.match(/Non-2xx.*: (\d+)/)?.[1] ?? 0 });
  }
  console.log('over 8 connections');
  console.table(rows);
}

const unlimited = Object.fromEntries(['USER', 'SELLER', 'UNCONFIRMED'].flatMap((role) => [
  [`HYD_QUOTAS_${role}_HOMES`, '1000000'], [`HYD_QUOTAS_${role}_FILES`, '1000000'], [`HYD_QUOTAS_${role}_SAVED_SEARCHES`, '1000']]));
const portal = await start({ ...unhurried, ...unlimited }, '--demo');
try {
  await fill(portal);
  await join(portal.base, 'seeker');
  for (const emulated of [false, true]) {
    steps.length = 0;
    await walk(portal, emulated);
    console.log(emulated ? 'as a phone of the middle range' : 'on this machine, not slowed down');
    console.table(steps);
  }
  await render(portal);
} finally {
  await portal.stop();
}
