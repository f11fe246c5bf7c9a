// What people come for, as they go: a guest and a seeker, on a phone and on a desk, with script and without.
import { after, afterEach, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { click, clickMenu, watch } from './pressing.mjs';
import { enter, join, unhurried, until } from './people.mjs';
import { field, password, signIn, start } from './server.mjs';

const query = '3 bhk for rent in Gachibowli under 40k';
const seats = [390, 1280].flatMap((width) => [false, true].map((scripted) => ({
  width, scripted, name: `${width} px, ${scripted ? 'with' : 'without'} script`, person: `seeker${width}${scripted ? 's' : ''}`,
})));

let portal, owner;
/** The homes that `query` finds, by title. */
const homes = {};

const onlyThree = () => until(() => owner('GET', `/api/search/properties?query=${encodeURIComponent(query)}`), (page) => page.totalElements === 3);

before(async () => {
  portal = await start(unhurried, '--demo');
  owner = await join(portal.base, 'landlady');
  const wanted = { location: 'Gachibowli', propertyType: 'APARTMENT', listingType: 'RENT', bedrooms: 3, area: 1500, contactPhone: '9876543210' };
  const choices = [['Flat by the park', 35_000, 'FURNISHED'], ['Flat by the lake', 38_000, 'SEMI_FURNISHED'], ['Flat by the school', 39_500, 'UNFURNISHED']];
  for (const [title, price, furnishedStatus] of choices) {
    homes[title] = (await owner('POST', '/api/properties', { ...wanted, title, price, furnishedStatus })).id;
  }
  for (const { person } of seats) await join(portal.base, person);
  await onlyThree();
});

after(() => portal?.stop());

/** What a test listed is gone before the next one looks. */
const added = [];
afterEach(async () => {
  for (const id of added.splice(0)) await owner('DELETE', `/api/properties/${id}`);
  await onlyThree();
});

async function visitor({ width, scripted }) {
  const page = await portal.visitor({ viewport: { width, height: 844 }, javaScriptEnabled: scripted });
  return { page, faults: watch(page) };
}

const heading = (page) => page.getByRole('heading', { level: 1 });
const cards = (page) => page.locator('.found .cards > .card');
const chips = async (page) => (await page.locator('[aria-labelledby=filtered] a').allTextContents())
  .map((text) => text.replace(/–.*/s, '').trim());
const titles = async (page) => (await cards(page).locator('h3').allTextContents()).map((text) => text.trim()).sort();

/** Waits until so many homes are found: an island may show them without a new page. */
const count = (page, words) => page.locator('#found').filter({ hasText: words }).waitFor();

/** Filters stand beside the results on a desk, and are folded on a phone. */
async function unfoldFilters(page) {
  const form = page.locator('details.sieve form');
  if (!(await form.isVisible())) await page.locator('details.sieve > summary').click();
  return form;
}

/** From the first page to the homes that match. */
async function search(page) {
  await page.goto('/');
  await field(page, 'q').first().fill(query);
  await page.locator('main form[role=search]').getByRole('button', { name: 'Search' }).click();
  await count(page, '3 homes');
  assert.deepEqual(await chips(page), ['Gachibowli', 'For rent', '3 BHK', 'Under ₹40,000']);
  assert.deepEqual(await titles(page), Object.keys(homes).sort());
}

async function filter(page) {
  const form = await unfoldFilters(page);
  await form.getByRole('checkbox', { name: /^Furnished/ }).check();
  const show = form.getByRole('button', { name: 'Show homes' });
  // An island shows the homes as soon as a box is ticked, and may have taken the button away.
  if (await show.isVisible()) await show.click();
  await count(page, '1 home');
  assert.deepEqual(await titles(page), ['Flat by the park']);
  assert.ok((await chips(page)).includes('Furnished'));
  await page.locator('[aria-labelledby=filtered] a').filter({ hasText: 'Furnished' }).click();
  await count(page, '3 homes');
}

/** An island may show another view without a new page. */
async function look(page) {
  const views = page.getByRole('navigation', { name: 'How to see the homes' });
  await views.getByRole('link', { name: 'Map', exact: true }).click();
  const map = page.getByRole('group', { name: /^Map/ });
  await map.waitFor();
  await views.getByRole('link', { name: 'Both' }).click();
  await page.waitForURL(/view=split/);
  await map.waitFor();
  assert.equal((await titles(page)).length, 3, 'the list stands beside the map');
  await views.getByRole('link', { name: 'List', exact: true }).click();
  await map.waitFor({ state: 'detached' });
}

async function openAll(page) {
  const results = page.url();
  for (const title of Object.keys(homes)) {
    await click(page, cards(page).getByRole('link', { name: title, exact: true }));
    assert.equal((await heading(page).textContent()).trim(), title);
    assert.match(page.url(), new RegExp(`/hyderabad/gachibowli/3-bhk-apartment-for-rent/flat-by-the-\\w+-${homes[title]}$`));
    assert.match(await page.locator('.deal .price').textContent(), /₹3[589],\d00/);
    await page.goBack();
    assert.equal(page.url(), results, 'back leads to the same results');
  }
}

const pair = ['Flat by the park', 'Flat by the lake'];

async function looksCompared(page) {
  const table = page.getByRole('table', { name: 'The homes side by side' });
  for (const title of pair) await table.getByRole('columnheader').filter({ hasText: title }).waitFor();
  const row = table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: /^Price( Differs)?$/ }) });
  assert.deepEqual((await row.getByRole('cell').allTextContents()).map((text) => text.match(/₹[\d,]+/)?.[0]), ['₹35,000', '₹38,000']);
  assert.match(await row.textContent(), /Differs/);
}

async function walkArea(page) {
  await click(page, page.locator('footer').getByRole('link', { name: 'All areas' }));
  await click(page, page.getByRole('rowheader').getByRole('link', { name: 'Gachibowli', exact: true }));
  assert.match(await heading(page).textContent(), /Gachibowli/);
  await click(page, page.locator('main').getByRole('link', { name: 'Homes for rent', exact: true }));
  assert.match(new URL(page.url()).pathname, /^\/hyderabad\/gachibowli\//);
  assert.ok((await titles(page)).includes('Flat by the park'));
}

async function useTools(page) {
  await page.goto('/tools/emi');
  await field(page, 'price').fill('1 cr');
  await field(page, 'own').fill('20 %');
  await page.locator('.tool-form').getByRole('button').click();
  // 80 lakh at 8.5 % over 240 months.
  await page.locator('[aria-labelledby=answer] .price').filter({ hasText: '₹69,4' }).waitFor();

  await page.goto('/tools/value');
  await field(page, 'location').fill('Kondapur');
  await field(page, 'bedrooms').fill('2');
  await field(page, 'area').fill('1200');
  await click(page, page.locator('.tool-form').getByRole('button'));
  const value = page.getByRole('region', { name: /Estimated asking price|Not enough homes/ });
  assert.match(await value.textContent(), /₹[\d.,]+ .*– ₹|would be a guess/s);

  await page.goto('/tools/costs');
  await field(page, 'price').fill('95L');
  await click(page, page.locator('.tool-form').getByRole('button'));
  assert.match(await page.getByRole('region', { name: 'What comes on top' }).textContent(), /Stamp duty/i);
}

/** Asks, from a home that a guest found: the way leads through the sign-in and back to the form. */
async function ask(page, person) {
  await click(page, cards(page).getByRole('link', { name: pair[0], exact: true }));
  await click(page, page.getByRole('link', { name: 'Ask the owner' }));
  assert.match(page.url(), /\/sign-in\?/);
  await field(page, 'emailOrUsername').fill(`${person}@example.com`);
  await field(page, 'password').fill(password);
  await click(page, page.locator('main form button').first());
  assert.match(page.url(), /\/enquire/, 'signing in leads on to the question');
  await field(page, 'message').fill('Is it still there?');
  await field(page, 'purpose').selectOption('ENQUIRY');
  await click(page, page.locator('main form').getByRole('button').last());
  await page.getByText('You asked about this home').waitFor();
}

async function saveBoth(page) {
  await click(page, page.getByRole('button', { name: 'Save this home' }));
  await page.getByRole('button', { name: 'Take it off my list' }).waitFor();
  await search(page);
  await click(page, cards(page).getByRole('button', { name: `Save ${pair[1]}`, exact: true }));
  await cards(page).getByRole('button', { name: `No longer save ${pair[1]}`, exact: true }).waitFor();
}

async function saveSearch(page) {
  await click(page, page.getByRole('link', { name: 'Save this search' }));
  assert.match(await page.locator('main').textContent(), /3 homes match now/);
  await field(page, 'name').fill('Near the office');
  await click(page, page.locator('main form button').filter({ hasText: 'Save this search' }));
  await page.getByRole('status').filter({ hasText: /search/i }).first().waitFor();
}

/** Loads the page until it says so: what was done is told a moment later. */
async function tells(page, path, ...words) {
  const deadline = AbortSignal.timeout(60_000);
  let text;
  do {
    deadline.throwIfAborted();
    await page.goto(path);
    text = await page.locator('main').textContent();
  } while (!words.every((one) => one.test(text)));
}

for (const seat of seats) {
  test(`a guest finds, opens and compares homes, ${seat.name}`, async () => {
    const { page, faults } = await visitor(seat);
    await search(page);
    await filter(page);
    await look(page);
    await openAll(page);
    await page.goto(`/compare?${new URLSearchParams(pair.map((title) => ['id', homes[title]]))}`);
    await looksCompared(page);
    await walkArea(page);
    await useTools(page);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test(`a seeker asks, saves, and comes back to what is new, ${seat.name}`, async () => {
    const { page, faults } = await visitor(seat);
    await search(page);
    await ask(page, seat.person);
    await saveBoth(page);
    await saveSearch(page);
    await page.goto(`/compare?id=${homes[pair[0]]}`);
    await field(page, 'id').last().selectOption(homes[pair[1]]);
    await click(page, page.getByRole('button', { name: 'Add it' }));
    await looksCompared(page);
    await tells(page, '/dashboard', /Near the office/, /Is it still there\?/, ...pair.map((title) => new RegExp(`saved ${title}`)));
    const saved = page.getByRole('region', { name: 'Saved homes' }).getByRole('heading', { level: 3 });
    assert.deepEqual((await saved.allTextContents()).map((text) => text.trim()).sort(), [...pair].sort());

    await clickMenu(page);
    await click(page, page.getByRole('button', { name: 'Sign out' }));
    assert.equal((await page.goto('/dashboard')).url().includes('/sign-in'), true, 'the dashboard is closed');
    const them = await enter(portal.base, `${seat.person}@example.com`);
    // Somebody lists what they wait for; then they come back.
    const news = { title: 'Flat by the metro', price: 30_000, location: 'Gachibowli', propertyType: 'APARTMENT', listingType: 'RENT', bedrooms: 3 };
    const { id } = await owner('POST', '/api/properties', news);
    added.push(id);
    await until(() => them('GET', '/api/search/matches/me'), (matches) => JSON.stringify(matches).includes(id));
    await signIn(page, `${seat.person}@example.com`);
    const since = page.getByRole('region', { name: 'Since you were last here' });
    assert.match(await since.textContent(), /1 new home for “Near the office”.*Flat by the metro/s);
    // The dashboard says it in its place. A script on a desk tells it in passing as well; every other page shows the panel.
    const panel = page.getByRole('region', { name: 'What happened' });
    if (seat.scripted && seat.width > 960) await panel.waitFor();
    else assert.equal(await panel.isVisible(), false);
    await clickMenu(page);
    await click(page, page.getByRole('button', { name: 'Sign out' }));
    await signIn(page, `${seat.person}@example.com`, '/sign-in?next=%2Fareas');
    await panel.waitFor();
    assert.match(await panel.textContent(), /You were last here on/);
    await page.locator('hyd-since').getByRole(seat.scripted ? 'button' : 'link', { name: 'Close' }).first().click();
    await panel.waitFor({ state: 'hidden' });
    assert.deepEqual(faults, []);
    await page.context().close();
  });
}
