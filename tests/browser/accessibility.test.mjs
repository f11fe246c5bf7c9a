// What WCAG 2.2 AA asks of every page in every state: axe finds nothing, all of it works by keys alone, at 320 px, with text at
// twice its size, with less motion and with the system's colours. What no tool sees (names, roles, what is read out) is named here.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { demoPassword, join, unhurried, until } from './people.mjs';
import { click, press, reach, type, unfold } from './pressing.mjs';
import { field, password, start } from './server.mjs';

let portal, axe, listing, album, neighbour;

before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  portal = await start(unhurried, '--demo');
  const fresh = await join(portal.base, 'fresh');
  const homes = () => fresh('GET', '/api/properties?size=50');
  const { content } = await until(homes, (page) => page.content.some((home) => home.images?.length > 1));
  album = content.find((home) => home.images?.length > 1).id;
  // Not an owner who signs in here, and for sale: with a price among others, costs and an instalment.
  listing = content.find((home) => home.listingType === 'SALE' && home.bedrooms && home.id !== album).id;
  const reporter = await join(portal.base, 'neighbour');
  neighbour = (await reporter('GET', '/api/users/profile')).id;
  for (const id of [listing, album]) await reporter('POST', `/api/properties/${id}/report`, { cause: 'DUPLICATE', details: 'Listed twice' });
});

after(() => portal?.stop());

async function someone(email, secret = demoPassword, options = {}) {
  const page = await portal.visitor({ javaScriptEnabled: true, viewport: { width: 390, height: 844 }, ...options });
  if (email) {
    await page.goto('/sign-in');
    await field(page, 'emailOrUsername').fill(email);
    await field(page, 'password').fill(secret);
    await click(page, page.locator('main form button').first());
  }
  return page;
}

const aa = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds, a line for each element. */
async function violations(page, only) {
  await page.evaluate(axe);
  const found = await page.evaluate(async ([tags, rules]) => {
    const runOnly = rules ?? tags;
    const { violations: list } = await window.axe.run(document, { runOnly, resultTypes: ['violations'] });
    return list.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
  }, [aa, only]);
  return found;
}

const tooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Everything that one state of a page owes. */
async function faultsOf(page) {
  const faults = await violations(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  faults.push(...(await violations(page, ['color-contrast'])).map((fault) => `dark: ${fault}`));
  await page.emulateMedia({ colorScheme: 'light' });
  for (const [width, size] of [[320, '100%'], [640, '100%'], [1280, '200%']]) {
    await page.setViewportSize({ width, height: 800 });
    await page.evaluate((text) => { document.documentElement.style.fontSize = text; }, size);
    const more = await tooWide(page);
    if (more > 0) faults.push(`${more} px too wide at ${width} px with text at ${size}`);
  }
  await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
  await page.setViewportSize({ width: 390, height: 844 });
  return faults;
}

/** Looks at all of these pages before it says what is wrong: one fault hides no other. */
async function examine(page, states) {
  const faults = [];
  for (const [path, lead] of states) {
    await page.goto(path);
    await lead?.(page);
    faults.push(...(await faultsOf(page)).map((fault) => `${new URL(page.url()).pathname} (${path}): ${fault}`));
  }
  assert.deepEqual(faults, []);
}

/** Sends the form as it stands, past what the browser itself would stop. */
const refused = async (page) => {
  await page.evaluate(() => document.querySelectorAll('form').forEach((form) => { form.noValidate = true; }));
  await click(page, page.locator('main form[method=post]').filter({ has: page.locator('.field') }).getByRole('button').last());
  await page.getByRole('alert').first().waitFor();
};
/** Names when quiet hours begin and not when they end. */
const halfQuiet = async (page) => {
  await page.getByLabel('From').fill('22:00');
  await refused(page);
};
const opened = (page) => page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
const at = (...paths) => paths.map((path) => [path]);

test('the pages of a guest', async () => {
  const page = await someone();
  await examine(page, [...at('/', '/homes?q=2+bhk+in+Kondapur', '/homes?q=nothingatallislikethis', '/homes?view=map', '/homes?view=split',
    `/homes/${listing}`, `/homes/${album}/photos/1`, `/compare?id=${listing}&id=${album}`, '/compare', '/areas', '/areas/kondapur',
    '/about-data', '/tools/emi', '/tools/value?location=Kondapur&area=1200&bedrooms=2', '/tools/costs?price=95L', '/register',
    '/tools/value?location=&area=much', '/tools/emi?price=much', '/homes?sort=odd&minPrice=odd', '/no-such-page', '/design',
    `/homes/${listing}/share`, '/forgot-password', '/unsubscribe?token=none'),
  ['/homes', opened], ['/sign-in', refused], ['/register', refused]]);
});

const lists = ['/dashboard', '/inbox', '/dashboard/saved', '/dashboard/searches', '/dashboard/viewed', '/dashboard/enquiries', '/dashboard/timeline'];

test('the pages of a seeker', async () => {
  const page = await someone('demo@example.com');
  await examine(page, [...at('/', `/homes/${listing}`, `/homes/${listing}/enquire`, '/searches/new?q=2+bhk+in+Kondapur', '/recommended', '/account',
    '/account/emails', '/account/privacy', '/account/delete', ...lists), [`/homes/${listing}/visit`, refused], [`/homes/${listing}/report`, refused], ['/homes?q=villa', opened],
    ['/account/emails', halfQuiet]]);
});

test('the pages of somebody who did nothing yet', async () => {
  const page = await someone('fresh@example.com', password);
  await examine(page, [...at(...lists, '/dashboard/listings', '/dashboard/leads', '/searches/new', '/recommended'), ['/post', refused]]);
});

test('the pages of an owner', async () => {
  const page = await someone('kiran.sample@example.com');
  await page.goto('/dashboard/listings');
  const own = new URL(await page.locator('.own-home h3 a').first().evaluate((link) => link.href)).pathname;
  const id = own.slice(-36);
  await page.goto('/dashboard/leads');
  const enquiry = await page.locator('.enquiry h2 a').first().getAttribute('href');
  await examine(page, [...at('/dashboard', '/dashboard/listings', '/dashboard/leads', '/dashboard/leads?stage=SPAM', enquiry, `/homes/${id}/edit`, `/homes/${id}/photos`, '/dashboard/contact-looks',
    '/dashboard/import', '/post'), [own, opened]]);
});

test('the pages of a moderator', async () => {
  await examine(await someone('moderator@example.com'), [['/moderation', opened], [`/moderation/${listing}?because=photos`], [`/moderation/${listing}`, refused]]);
});

test('the pages of an administrator', async () => {
  await examine(await someone('administrator@example.com'), at('/admin/events', '/admin/analytics', '/dev/mailbox', `/homes/${listing}`,
    '/admin/people', '/admin/people?q=kiran', '/admin/people?q=nobodylikethis', `/admin/people/${neighbour}`,
    ...['suspend', 'reinstate', 'role?role=MODERATOR'].map((change) => `/admin/people/${neighbour}/${change}`)));
});

test('the pages of support', async () => {
  await examine(await someone('support@example.com'), at('/admin/people', '/admin/people?q=kiran', `/admin/people/${neighbour}`));
});

test('names and roles', async () => {
  const page = await someone();
  await page.goto('/');
  for (const role of ['banner', 'main', 'contentinfo']) assert.equal(await page.getByRole(role).count(), 1, role);
  await page.getByRole('main').getByRole('search').waitFor();
  assert.equal(await page.getByRole('group', { name: 'What are you looking for?' }).getByRole('radio').count(), 5);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto('/homes?q=2+bhk+in+Kondapur');
  await page.getByRole('list', { name: 'Chosen:' }).getByRole('link', { name: /2 BHK.*take away/ }).waitFor();
  await page.getByRole('combobox', { name: 'Sort by' }).waitFor();
  await page.getByRole('region', { name: /^\d+ homes?$/ }).waitFor();
  const views = page.getByRole('navigation', { name: 'How to see the homes' });
  assert.equal(await views.getByRole('link', { name: 'List' }).getAttribute('aria-current'), 'true');
  await page.goto(`/homes/${listing}`);
  for (const name of ['Price and next steps', 'Contact', 'Facts']) {
    assert.ok(await page.getByRole('heading', { name }).count() >= 1, name);
  }
  await page.goto('/areas');
  const table = page.getByRole('table', { name: /^Areas of/ });
  assert.equal(await table.getByRole('row').first().getByRole('columnheader').count(), 7);
  // A picture of figures has words, or is none for those who hear the page.
  for (const path of ['/', '/areas/kondapur', '/tools/emi', `/homes/${listing}`]) {
    await page.goto(path);
    const silent = await page.locator('main svg:not(.icon)').evaluateAll((all) => all.filter((svg) => !svg.closest('[aria-hidden=true]')
      && !svg.getAttribute('aria-label') && !svg.getAttribute('aria-labelledby') && !svg.querySelector('title')).length);
    assert.equal(silent, 0, `${path} has a picture without words`);
  }
});

test('what happened is read out', async () => {
  const page = await someone('fresh@example.com', password);
  await page.goto(`/homes/${listing}`);
  await click(page, page.getByRole('button', { name: 'Save this home' }));
  assert.match(await page.getByRole('status').first().textContent(), /saved|list/i);
  await page.goto('/homes?q=9+bhk+in+Kondapur+under+1+lakh');
  assert.match(await page.locator('main').textContent(), /No home/);
  await page.goto('/account');
  await field(page, 'pincode').fill('12');
  await refused(page);
  const alert = page.getByRole('alert');
  assert.match(await alert.textContent(), /There is a problem/);
  assert.equal(await alert.evaluate((box) => box === document.activeElement), true, 'the errors have the focus');
  const wrong = field(page, 'pincode');
  assert.equal(await wrong.getAttribute('aria-invalid'), 'true');
  const why = await wrong.getAttribute('aria-describedby');
  assert.match(await page.locator(`#${why.split(' ').at(-1)}`).textContent(), /Error:/);
  await page.goto('/dashboard');
  assert.equal(await page.locator('hyd-live [role=status], hyd-live [aria-live]').count(), 1, 'what comes in is read out');
});

/** Where the focus is: what has it, whether it shows, and what lies over it. */
const focused = () => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const style = getComputedStyle(it);
  const shows = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
  const within = it.labels?.[0] && it.type === 'radio' ? it.labels[0] : it;
  const box = [...within.getClientRects()].find((one) => one.width > 1 && one.height > 1) ?? within.getBoundingClientRect();
  const left = Math.max(0, box.left), right = Math.min(innerWidth, box.right), top = Math.max(0, box.top), bottom = Math.min(innerHeight, box.bottom);
  const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const seen = right > left && bottom > top && above !== null && (within.contains(above) || above.contains(within));
  return { name: `${it.tagName} ${it.id || it.textContent.trim().slice(0, 40)}`, shows: shows || within !== it, seen };
};

/** Goes through the whole page with the Tab key. */
async function walk(page, path, most = 400) {
  await page.goto(path);
  const faults = [];
  let stops = 0;
  for (; stops < most; stops += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(focused);
    if (!stop) break;
    if (!stop.shows) faults.push(`${path}: the focus does not show on ${stop.name}`);
    if (!stop.seen) faults.push(`${path}: something lies over ${stop.name}`);
  }
  assert.deepEqual(faults, []);
  assert.ok(stops > 10 && stops < most, `${path}: ${stops} stops`);
}

for (const width of [390, 1280]) {
  test(`the focus shows, and nothing lies over it, at ${width} px`, async () => {
    const page = await someone('demo@example.com', demoPassword, { viewport: { width, height: 844 } });
    for (const path of ['/', '/homes?q=2+bhk+in+Kondapur&view=split', `/homes/${listing}`, `/compare?id=${listing}&id=${album}`, '/dashboard/saved']) {
      await walk(page, path);
    }
  });
}

for (const scripted of [false, true]) {
  test(`a journey by keys alone, ${scripted ? 'with' : 'without'} script`, async () => {
    const page = await portal.visitor({ javaScriptEnabled: scripted, viewport: { width: 1280, height: 844 } });
    await page.goto('/');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip', 'the first stop leads past the header');
    await page.keyboard.press('Enter');
    await type(page, field(page, 'q').last(), '2 bhk in Kondapur');
    await Promise.all([page.waitForURL(/\/(homes|hyderabad)/), page.keyboard.press('Enter')]);
    const first = page.locator('.found .cards h3 a').first();
    const title = (await first.textContent()).trim();
    await press(page, first);
    assert.equal((await page.getByRole('heading', { level: 1 }).textContent()).trim(), title);
    await press(page, page.getByRole('link', { name: 'Save this home' }));
    await type(page, field(page, 'emailOrUsername'), 'fresh@example.com');
    await type(page, field(page, 'password'), password);
    await enter(page);
    await press(page, page.getByRole('button', { name: 'Save this home' }).or(page.getByRole('button', { name: 'Take it off my list' })).first());
    await page.getByRole('status').first().waitFor();
    await press(page, page.getByRole('link', { name: 'Compare', exact: true }).first());
    assert.match(page.url(), /\/compare\?id=/);
    await unfold(page);
    await press(page, page.getByRole('link', { name: 'Dashboard' }).first());
    await reach(page, page.locator('main a').last());
    await unfold(page);
    await press(page, page.getByRole('button', { name: 'Sign out' }));
    assert.equal(await page.getByRole('link', { name: 'Sign in' }).count() > 0, true);
  });
}

/** Sends the form that has the focus. */
const enter = (page) => Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);

test('whoever wants less motion gets none', async () => {
  const page = await someone('demo@example.com', demoPassword, { reducedMotion: 'reduce' });
  for (const path of ['/', '/homes?q=2+bhk+in+Kondapur', `/homes/${listing}`, '/dashboard']) {
    await page.goto(path);
    const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((element) => {
      const style = getComputedStyle(element);
      const long = (times) => times.split(',').some((time) => parseFloat(time) > 0.01);
      return long(style.transitionDuration) || (style.animationName !== 'none' && long(style.animationDuration)) || style.scrollBehavior === 'smooth';
    }).map((element) => `${element.tagName}.${element.className?.baseVal ?? element.className}`));
    assert.deepEqual(moving, [], path);
  }
});

test('in the colours of the system, what is pressed has an edge and what is chosen differs', async () => {
  const page = await someone(null, null, { forcedColors: 'active' });
  for (const path of ['/', '/homes?q=2+bhk+in+Kondapur', `/homes/${listing}`, '/tools/emi', '/sign-in']) {
    await page.goto(path);
    const flat = await page.evaluate(() => [...document.querySelectorAll('main button, main .button, main input:not([type=hidden]):not([type=radio]):not([type=checkbox]), main select')]
      .filter((element) => element.checkVisibility() && !element.classList.contains('quiet') && !element.classList.contains('plain'))
      .filter((element) => getComputedStyle(element).borderTopStyle === 'none' || parseFloat(getComputedStyle(element).borderTopWidth) === 0)
      .map((element) => `${element.tagName} ${element.textContent.trim().slice(0, 30)}`));
    assert.deepEqual(flat, [], path);
  }
  await page.goto('/');
  const [chosen, other] = await page.locator('.tabs label').evaluateAll((labels) => labels.map((label) => {
    const style = getComputedStyle(label);
    return [style.color, style.backgroundColor, style.borderBottomColor, style.borderBottomWidth, style.outlineStyle].join();
  }));
  assert.notEqual(chosen, other, 'the chosen tab looks like the others');
});
