// Hostile text in every field that takes words, then every page as everybody: nothing of it runs, the policy has nothing to
// report, nothing is wider than the screen, and what is about one person is kept by no cache.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { click, isHurry } from './pressing.mjs';
import { enter, join, unhurried, until } from './people.mjs';
import { adminEmail, field, password, signIn, start } from './server.mjs';

const mark = "window.hostile='ran'";
/** Each would run, break out of where it stands, or break the page, if it were not escaped there. */
const texts = [
  `<img src=x onerror="${mark}"><script>${mark}</script>`,
  `"' onfocus=${mark} autofocus x='"><svg onload=${mark}>`,
  `</script><script>${mark}</script><!-- ]]> --> </style></title></textarea>`,
  `{{ 7*7 }} {% raw %} \${${mark}} <%= 7*7 %> #{7*7} { $count }`,
  'עברית and العربية in a row, and e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
  `Averylongword${'w'.repeat(120)}`,
  'javascript:window.hostile=1//%0Aalert(1) &lt;b&gt; &amp;quot; \\u003cscript\\u003e',
];
/** Turns what stands behind it around: kept from nobody's page, so no field takes it. */
const turning = 'right \u202Eto left\u202C \u2066isolated\u2069';

let portal, home, owner;
const people = {};
const faults = [];

/** The longest start of a text that a field of so many characters takes. */
const cut = (text, most) => [...text].slice(0, most).join('');

/** A home of which every field of words has one of the texts. */
function listing(text) {
  const long = `${text}\n${text}`;
  return { title: cut(text, 200), description: cut(long, 5000), location: cut(text, 200), address: cut(text, 500), city: 'Hyderabad',
    state: cut(text, 100), price: 9_500_000, propertyType: 'APARTMENT', bedrooms: 3, area: 1200, contactPhone: '9876543210',
    contactName: cut(text, 100), amenities: [cut(text, 60)], nearbyFacilities: [cut(text, 60)], builderName: cut(text, 120),
    projectName: cut(text, 120), facing: cut(text, 40) };
}

/** Posts it with as many of the fields as the API takes: one that it refuses is no way in. */
async function post(owner, text) {
  const body = listing(text);
  for (;;) {
    const refused = await owner('POST', '/api/properties', body).catch((error) => error);
    if (!(refused instanceof Error)) return refused.id;
    const names = Object.keys(body).filter((name) => refused.message.includes(`"${name}"`) && typeof body[name] !== 'number');
    assert.ok(names.length, refused.message);
    for (const name of names) {
      if (['title', 'location'].includes(name)) body[name] = 'Kondapur';
      else delete body[name];
    }
  }
}

before(async () => {
  portal = await start(unhurried);
  const named = (at) => ({ firstName: cut(texts[at], 50), lastName: cut(texts[at + 1], 50) });
  const plain = { firstName: 'Sample' };
  for (const [name, at] of [['owner', 0], ['seeker', 1], ['moderator', 2]]) {
    people[name] = await join(portal.base, name, named(at)).catch(() => join(portal.base, name, plain));
  }
  const admin = await enter(portal.base, adminEmail);
  const { id } = await people.moderator('GET', '/api/users/profile');
  await admin('PATCH', `/api/users/${id}/role`, { role: 'MODERATOR' });
  owner = (await people.owner('GET', '/api/users/profile')).id;
  const homes = [];
  for (const text of texts) homes.push(await post(people.owner, text));
  [home] = homes;
  const { seeker } = people;
  for (const [at, text] of texts.entries()) {
    const to = homes[at];
    await seeker('POST', `/api/properties/${to}/leads`, { message: text, purpose: 'ENQUIRY' });
    await seeker('POST', `/api/properties/${to}/favorite`, {});
    await seeker('POST', `/api/properties/${to}/report`, { cause: 'OTHER', details: text });
    await seeker('POST', '/api/search/save', { name: cut(text, 100), filters: { query: cut(text, 200) }, frequency: 'DAILY', channels: ['IN_APP'] });
    await seeker('GET', `/api/search/properties?query=${encodeURIComponent(cut(text, 200))}`);
    await seeker('GET', `/api/properties/${to}/contact`);
  }
  await until(() => seeker('GET', '/api/search/properties?query=Averylongword'), (found) => found.totalElements > 0 || found.content);
});

after(() => portal?.stop());

/** A page that tells what ran in it, what asked to be clicked away, and what the policy stopped. */
async function guarded() {
  const page = await portal.visitor({ javaScriptEnabled: true, viewport: { width: 390, height: 844 } });
  const note = (words) => faults.push(`${page.url()}: ${words}`);
  page.on('dialog', (dialog) => { note(`asks ${dialog.message()}`); return dialog.dismiss(); });
  page.on('pageerror', (error) => { if (!isHurry(error)) note(String(error)); });
  page.on('request', (request) => { if (!request.url().startsWith(portal.base)) note(`asks for ${request.url()}`); });
  page.on('console', (message) => {
    const refusal = message.text().startsWith('Failed to load resource') && message.location().url === page.url();
    if (['error', 'warning'].includes(message.type()) && !refusal) note(message.text());
  });
  await page.exposeFunction('reportViolation', note);
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => window.reportViolation(`${event.violatedDirective} ${event.sample}`));
  });
  return page;
}

const guestPages = ['/', '/homes', '/areas', '/about-data', '/sign-in', '/register', '/forgot-password', '/tools/emi', '/tools/value',
  '/tools/costs', '/compare', '/hyderabad/homes-for-sale?view=map', '/homes?view=split', '/no-such-page'];
const personal = ['/dashboard', '/inbox', '/dashboard/saved', '/dashboard/searches', '/dashboard/viewed', '/dashboard/enquiries',
  '/dashboard/listings', '/dashboard/leads', '/dashboard/timeline', '/dashboard/contact-looks', '/dashboard/import', '/account',
  '/account/emails', '/account/privacy', '/account/delete', '/recommended', '/post'];
const operators = ['/admin/events', '/admin/analytics', '/dev/mailbox'];
const moderating = ['/moderation', '/moderation?page=2'];
const ofHomes = (ids, ...below) => ids.flatMap((id) => ['', ...below].map((path) => `/homes/${id}${path}`));

/** Every way in which a page repeats its address. */
const typed = [...texts, turning].flatMap((text) => {
  const q = encodeURIComponent(cut(text, 180));
  return [`/homes?q=${q}`, `/homes?locality=${q}&minPrice=${q}&sort=${q}&${q}=1`, `/searches/new?q=${q}`, `/areas?show=${q}&sort=${q}`,
    `/tools/emi?price=${q}&own=${q}&rate=${q}&years=${q}`, `/tools/value?location=${q}&area=${q}&bedrooms=${q}`, `/tools/costs?price=${q}`,
    `/compare?id=${q}`, `/sign-in?next=${q}&refused=${q}`, `/verify-email?userId=${q}&code=${q}`, `/reset-password?token=${q}`,
    `/moderation?judged=${q}`, `/admin/people?q=${q}`, `/unsubscribe?token=${q}`, `/${q}`, `/areas/${q}`, `/homes/${q}`,
    `/dashboard/timeline?type=${q}&from=${q}`, `/dashboard/leads?stage=${q}&home=${q}`];
});

/** What is shown to somebody who signed in is not stored at all; what a guest sees holds their form token. */
async function lifetime(page) {
  const cookies = await page.context().cookies();
  return cookies.some((cookie) => cookie.name === 'hyd_access') ? 'no-store' : 'private, no-cache';
}

async function visit(page, path) {
  const answer = await page.goto(path);
  assert.ok(answer.status() < 500, `${path}: ${answer.status()}`);
  const about = answer.headers();
  const keeps = await lifetime(page);
  assert.ok([keeps, 'no-store'].includes(about['cache-control']), `${path} may be kept: ${about['cache-control']}`);
  assert.match(about['content-security-policy'] ?? '', /default-src 'self'/, path);
  const seen = await page.evaluate(() => ({ ran: window.hostile, wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    data: [...document.querySelectorAll('script[type="application/ld+json"]')].map((script) => script.textContent) }));
  if (seen.ran !== undefined) faults.push(`${path}: ${seen.ran}`);
  if (seen.wide > 0) faults.push(`${path} is ${seen.wide} px wider than the screen`);
  for (const text of seen.data) assert.doesNotThrow(() => JSON.parse(text), `${path}: ${text}`);
}

async function crawl(page, paths) {
  for (const path of paths) await visit(page, path);
  assert.deepEqual(faults.splice(0), []);
}

/** All homes that were posted, which only their owner may be shown. */
const posted = async () => (await people.owner('GET', '/api/properties/my-properties?size=50')).content.map(({ id }) => id);

async function signedIn(name, email = `${name}@example.com`) {
  const page = await guarded();
  await signIn(page, email);
  return page;
}

test('a guest', async () => {
  await crawl(await guarded(), [...guestPages, '/dashboard', '/admin/events', ...ofHomes(await posted()), ...ofHomes([home], '/share', '/save'), ...typed]);
});

test('a seeker', async () => {
  await crawl(await signedIn('seeker'), ['/', '/homes', ...personal, ...ofHomes(await posted(), '/enquire', '/report'),
    ...ofHomes([home], '/visit', '/share', '/edit', '/photos'), ...typed.filter((path) => /^.(searches|dashboard|compare|tools.value)/.test(path))]);
});

test('an owner', async () => {
  await crawl(await signedIn('owner'), ['/', '/homes', ...personal, ...ofHomes(await posted(), '/edit'), ...ofHomes([home], '/photos', '/enquire')]);
});

test('a moderator', async () => {
  await crawl(await signedIn('moderator'), ['/', '/homes', ...personal, ...moderating, `/moderation/${home}`, ...operators, ...ofHomes([home]),
    ...typed.filter((path) => path.startsWith('/moderation'))]);
});

test('an administrator', async () => {
  await crawl(await signedIn('root', adminEmail), ['/', '/homes', ...personal, ...moderating, ...operators, ...ofHomes([home]),
    '/admin/people', '/admin/people?q=example', `/admin/people/${owner}`, `/admin/people/${owner}/suspend`, `/admin/people/${owner}/role?role=SELLER`,
    ...typed.filter((path) => path.startsWith('/admin'))]);
});

test('what a form refuses comes back as it was typed', async () => {
  const page = await signedIn('seeker');
  const forms = [['/post', ['title', 'location', 'price', 'description']], [`/homes/${home}/enquire`, ['message']], ['/account', ['firstName', 'address', 'pincode']]];
  for (const [path, names] of forms) {
    for (const text of [...texts, turning]) {
      await page.goto(path);
      for (const name of names) await field(page, name).fill(text);
      // The server is asked, not the browser.
      await page.evaluate(() => document.querySelectorAll('form').forEach((form) => { form.noValidate = true; }));
      await click(page, page.locator('main form').filter({ has: field(page, names[0]) }).getByRole('button').last());
    }
  }
  for (const text of texts) {
    const guest = await guarded();
    await guest.goto('/sign-in');
    await field(guest, 'emailOrUsername').fill(text);
    await field(guest, 'password').fill(password);
    await click(guest, guest.locator('main form button').first());
    assert.equal(await field(guest, 'emailOrUsername').inputValue(), text);
    assert.equal(await guest.evaluate(() => window.hostile), undefined);
    await guest.context().close();
  }
  assert.equal(await page.evaluate(() => window.hostile), undefined);
  assert.deepEqual(faults.splice(0), []);
});

test('it would have been noticed', async () => {
  const page = await guarded();
  await page.goto('/');
  const noticed = page.waitForEvent('console');
  await page.evaluate(() => document.body.append(Object.assign(document.createElement('script'), { text: 'alert(1)' })));
  await noticed;
  await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.ok(faults.splice(0).length >= 2, 'by the console and by the event');
});
