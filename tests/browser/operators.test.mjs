// The work of operators in a real browser, by keyboard: groups, a rebuild, and messages that could not be delivered
// because the mailbox took nothing for a while.
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { click, clickMenu, enter, examine, press, reach, type, unfold, watch } from './pressing.mjs';
import { adminEmail, field, password, register, signIn, start } from './server.mjs';

const operations = '/admin/events';
let portal, admin, faults;

before(async () => {
  // What fails once waits for an operator, who confirms people's addresses by the codes of their letters.
  portal = await start({ HYD_RETRY_TRIES: '1', HYD_MAIL_SHOW_CODES: 'true' });
  admin = await portal.visitor({ javaScriptEnabled: true });
  faults = watch(admin);
  await admin.goto('/sign-in');
  await type(admin, field(admin, 'emailOrUsername'), adminEmail);
  await type(admin, field(admin, 'password'), password);
  await enter(admin);
});

after(() => portal?.stop());

const heading = (page) => page.getByRole('heading', { level: 1 });
const notice = (page) => page.locator('main > .notice').first();
const letter = (page, message) => page.getByRole('list', { name: 'Dead letters' }).getByRole('link', { name: message });
const alert = (page) => letter(page, /^property-alert by email to/);
const confirmation = (page) => letter(page, /^verify-email by email to/);

/** Loads the page again until what it shows is so. */
async function again(page, path, isSo) {
  const deadline = AbortSignal.timeout(15_000);
  do {
    deadline.throwIfAborted();
    await page.goto(path);
  } while (!(await isSo()));
}

const mailbox = () => join(portal.data, 'mailbox');
const aside = () => join(portal.data, 'aside');

/** From here on no letter can be written. */
async function breakMailbox() {
  await rename(mailbox(), aside());
  await writeFile(mailbox(), 'no directory');
}

async function mendMailbox() {
  await rm(mailbox());
  await rename(aside(), mailbox());
}

/** Asks the API as the person of that page: for what has no page of its own. */
async function ask(page, path, data) {
  const token = (await page.context().cookies()).find((cookie) => cookie.name === 'hyd_access').value;
  const headers = { authorization: `Bearer ${token}` };
  const answer = await page.context().request.fetch(path, data ? { method: 'POST', data, headers } : { headers });
  assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()).data;
}

async function list(owner, title) {
  await owner.goto('/post');
  await field(owner, 'title').fill(title);
  await field(owner, 'location').fill('Kondapur');
  await field(owner, 'price').fill('60 lakh');
  await field(owner, 'propertyType').selectOption('APARTMENT');
  await click(owner, owner.locator('main form button').last());
  assert.equal(await heading(owner).textContent(), title);
}

/** Without a reason, with spaces for one, with one. */
async function giveUp(page) {
  const reason = field(page, 'reason');
  const button = page.getByRole('button', { name: 'Give it up for good' });
  await reach(page, button);
  await page.keyboard.press('Enter');
  assert.ok(await reason.evaluate((element) => element === document.activeElement && element.validity.valueMissing));
  await page.keyboard.type('  ');
  await press(page, button);
  const said = page.getByRole('alert');
  assert.match(await page.title(), /^Error: /);
  assert.ok(await said.evaluate((element) => element === document.activeElement), 'the problem has the focus');
  assert.match(await said.textContent(), /Reason: /);
  await examine(page, 'operators-no-reason');
  await reach(page, said.getByRole('link', { name: /^Reason: / }));
  await page.keyboard.press('Enter');
  assert.ok(await reason.evaluate((element) => element === document.activeElement), 'the problem leads to its field');
  await page.keyboard.type('told in person');
  await press(page, button);
  assert.match(await notice(page).textContent(), /It is given up for good/);
}

test('the numbers of the site are tables, for the days that are chosen', async () => {
  await unfold(admin);
  await press(admin, admin.getByRole('link', { name: 'Numbers', exact: true }));
  assert.equal(await heading(admin).textContent(), 'Numbers');
  const days = admin.getByRole('table', { name: 'Active people' });
  assert.equal(await days.getByRole('rowheader').count(), 1, 'today');
  assert.match(await days.textContent(), /too few to tell/);
  await examine(admin, 'operators-numbers');
  await admin.goto('/admin/analytics?from=2026-01-01&to=2026-01-07');
  assert.equal(await days.getByRole('rowheader').count(), 7);
});

test('every group tells how far it is, waits and goes on as it is told', async () => {
  await unfold(admin);
  await press(admin, admin.getByRole('link', { name: 'Operations' }));
  const { groups } = await ask(admin, '/api/v1/admin/stats/consumers');
  assert.ok(groups.length >= 5, JSON.stringify(groups));
  for (const { group } of groups) {
    const shown = admin.getByRole('region', { name: group });
    assert.match(await shown.getByRole('row', { name: /^Events behind/ }).textContent(), /\d/, group);
  }
  await examine(admin, 'operators-groups');

  const group = admin.getByRole('region', { name: 'properties-service-group' });
  await press(admin, group.getByRole('button', { name: 'Pause' }));
  assert.match(await notice(admin).textContent(), /The group is paused/);
  assert.match(await group.textContent(), /Paused/);
  assert.equal(await group.getByRole('button', { name: 'Pause' }).count(), 0, 'what is paused cannot be paused');
  await press(admin, group.getByRole('button', { name: 'Resume' }));
  assert.match(await notice(admin).textContent(), /The group goes on/);
  await again(admin, operations, async () => /Caught up/.test(await group.textContent()));
});

test('a read model is made again, and its job is followed to the end', async () => {
  await admin.goto(operations);
  const group = admin.getByRole('region', { name: 'users-service-group' });
  await press(admin, group.getByRole('button', { name: 'Rebuild' }));
  assert.match(await heading(admin).textContent(), /Rebuild of users-service-group/);
  const look = admin.getByRole('link', { name: 'Look again' });
  while (await look.count()) await press(admin, look);
  const told = await admin.locator('main').textContent();
  assert.match(told, /Finished/);
  assert.match(told, /[1-9]\d* events read/, 'also those read while the group in use waited');
  assert.match(told, /The new read model holds the same as the one before/);
  await examine(admin, 'operators-job');
  await press(admin, admin.getByRole('link', { name: 'Back to operations' }));
  await press(admin, admin.getByRole('link', { name: /^Rebuild of users-service-group/ }).first());
  assert.equal(await heading(admin).textContent(), 'Rebuild of users-service-group');
});

/** Shows the code of the letter to that person: nothing else is sent to an address that nobody confirmed. */
async function confirm(name) {
  let code;
  const written = async () => {
    const letters = await ask(admin, '/api/v1/admin/mailbox');
    const own = letters.find((found) => found.to === `${name}@example.com` && found.body?.includes('&code='));
    code = own?.body.match(/userId=([\w-]+)&code=([\w-]+)/);
    return Boolean(code);
  };
  await again(admin, operations, written);
  await ask(admin, '/api/auth/verify-email', { userId: code[1], verificationCode: code[2] });
}

test('messages that could not be delivered are given up with a reason, or delivered after all', async () => {
  const seeker = await portal.visitor();
  await register(seeker, 'ravi');
  await confirm('ravi');
  const saved = { name: 'For us', filters: { location: 'Kondapur' }, channels: ['EMAIL'], frequency: 'INSTANT' };
  await ask(seeker, '/api/search/save', saved);
  const owner = await portal.visitor();
  await register(owner, 'asha');
  // Otherwise the title of her home is told to nobody.
  await confirm('asha');
  const waiting = admin.getByText(/By email: (?!delivered)/);
  const welcomed = admin.getByText('To asha@example.com');
  await again(admin, '/dev/mailbox', async () => (await welcomed.count()) === 2 && (await waiting.count()) === 0);
  await examine(admin, 'operators-mailbox');
  await breakMailbox();
  await list(owner, 'A quiet home');
  await register(await portal.visitor(), 'meera');

  const both = async () => (await alert(admin).count()) === 1 && (await confirmation(admin).count()) === 1;
  await again(admin, operations, both);
  assert.equal(await admin.getByRole('link', { name: 'Dead letters (2)' }).count(), 1);
  await examine(admin, 'operators-letters');
  await press(admin, confirmation(admin));
  assert.match(await admin.locator('main').textContent(), /Not a directory[^]*Not delivered, after 1 try/);
  await press(admin, admin.getByRole('link', { name: 'Give it up' }));
  await giveUp(admin);
  assert.equal(await confirmation(admin).count(), 0);

  await press(admin, alert(admin));
  const causes = admin.getByRole('list').filter({ has: admin.getByRole('table', { name: 'PROPERTY_CREATED' }) });
  assert.equal(await causes.count(), 1, 'the home that was listed is what caused it');
  await reach(admin, causes.locator('summary'));
  await admin.keyboard.press('Enter');
  await causes.getByText('"A quiet home"').waitFor();
  await examine(admin, 'operators-letter');
  await mendMailbox();
  const before = (await readdir(mailbox())).length;
  await press(admin, admin.getByRole('button', { name: 'Deliver it again' }));
  assert.match(await notice(admin).textContent(), /It is delivered again/);
  await again(admin, '/dev/mailbox', async () => (await admin.getByText(/^New on the market: A quiet home/).count()) > 0);
  assert.equal((await readdir(mailbox())).length, before + 1);
  await admin.goto(operations);
  assert.match(await admin.locator('main').textContent(), /None: everything could be applied and delivered/);
});

test('whoever decides without scripts can do the same, and a second operator is told that it was done', async () => {
  await breakMailbox();
  await register(await portal.visitor(), 'kiran');
  const plain = await portal.visitor();
  await signIn(plain, adminEmail);
  for (const page of [admin, plain]) {
    await again(page, operations, async () => (await confirmation(page).count()) === 1);
    await click(page, confirmation(page));
  }
  await click(plain, plain.getByRole('link', { name: 'Give it up' }));
  const button = plain.getByRole('button', { name: 'Give it up for good' });
  await field(plain, 'reason').fill('no');
  await click(plain, button);
  assert.match(await plain.getByRole('alert').textContent(), /Reason: .*3/);
  assert.equal(await field(plain, 'reason').inputValue(), 'no', 'what was typed is kept');
  await field(plain, 'reason').fill('nobody reads it');
  await click(plain, button);
  assert.match(await notice(plain).textContent(), /It is given up for good/);

  await press(admin, admin.getByRole('button', { name: 'Deliver it again' }));
  assert.match(await notice(admin).textContent(), /not among the dead letters any more/);
  assert.equal(new URL(admin.url()).pathname, operations);
  await mendMailbox();
});

test('whoever is no operator is shown no way in, and told so', async () => {
  const member = await portal.visitor();
  await register(member, 'lakshmi');
  await clickMenu(member);
  assert.equal(await member.getByRole('link', { name: 'Account', exact: true }).count(), 1, 'the menu is open');
  assert.equal(await member.getByRole('link', { name: 'Operations' }).count(), 0);
  assert.equal((await member.goto(operations)).status(), 403);
  assert.equal(await heading(member).textContent(), 'Not allowed');
  const stranger = await portal.visitor();
  await stranger.goto(operations);
  assert.match(stranger.url(), /\/sign-in\?next=%2Fadmin%2Fevents$/);
  await signIn(stranger, adminEmail, stranger.url());
  assert.equal(new URL(stranger.url()).pathname, operations, 'signing in leads on to where they were going');
});

test('nothing went wrong inside any of these pages', async () => {
  assert.deepEqual(faults, []);
  // What would have been noticed: a script that is not ours.
  const noticed = admin.waitForEvent('console');
  await admin.evaluate(() => document.body.append(Object.assign(document.createElement('script'), { text: 'alert(1)' })));
  assert.match((await noticed).text(), /Content Security Policy/);
  assert.equal(faults.length, 1);
});
