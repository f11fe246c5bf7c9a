// An owner sees who was shown the contact of a home, by keyboard and on a phone.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { examine, press } from './pressing.mjs';
import { adminEmail, field, register, signIn, start } from './server.mjs';

let portal;

before(async () => {
  portal = await start({ HYD_MAIL_SHOW_CODES: 'true' });
});

after(() => portal?.stop());

/** By the link of the letter, which an admin is shown here. */
async function confirm(person, name) {
  const admin = await portal.visitor();
  await signIn(admin, adminEmail);
  const deadline = AbortSignal.timeout(15_000);
  let link = null;
  while (!link) {
    deadline.throwIfAborted();
    await admin.goto('/dev/mailbox');
    const letters = await admin.locator('main').textContent();
    link = letters.split(`${name}@example.com`).slice(1).join().match(/\/verify-email\?userId=[\w-]+&code=[\w-]+/);
  }
  await person.goto(link[0]);
  await person.locator('main form button').first().click();
}

/** Loads the page again until it says so: looks are applied a moment later. */
async function again(page, path, words) {
  const deadline = AbortSignal.timeout(15_000);
  do {
    deadline.throwIfAborted();
    await page.goto(path);
  } while (!words.test(await page.locator('main').textContent()));
}

test('an owner sees who was shown the contact', async () => {
  const owner = await portal.visitor();
  await register(owner, 'asha');
  await owner.goto('/post');
  for (const [name, text] of [['title', 'A quiet home'], ['location', 'Kondapur'], ['price', '95 lakh'], ['contactPhone', '9876543210']]) {
    await field(owner, name).fill(text);
  }
  await field(owner, 'propertyType').selectOption('APARTMENT');
  await owner.locator('main form button').last().click();
  const address = new URL(owner.url()).pathname;
  assert.match(await owner.locator('main').textContent(), /Who was shown the contact\s+Nobody yet/);
  await examine(owner, 'own-home-without-looks');

  const seeker = await portal.visitor();
  await register(seeker, 'ravi');
  await confirm(seeker, 'ravi');
  await seeker.goto(address);
  assert.match(await seeker.locator('#contact').textContent(), /The owner sees your first name/);
  await press(seeker, seeker.getByRole('button', { name: 'Show the contact' }));
  assert.match(await seeker.locator('#contact').textContent(), /9876543210/);
  assert.equal(await seeker.getByText('Who was shown the contact').count(), 0);

  await again(owner, address, /Sample\s+Confirmed address/);
  await examine(owner, 'own-home-with-looks');
  await press(owner, owner.getByRole('link', { name: 'All of them (1)' }));
  assert.match(await owner.getByRole('heading', { level: 1 }).textContent(), /Who was shown your contact/);
  assert.equal(await owner.getByRole('listitem').filter({ hasText: 'Sample' }).count(), 1);
  await examine(owner, 'looks-of-a-home');
  await press(owner, owner.getByRole('link', { name: 'see those of all your homes' }));
  await press(owner, owner.getByRole('link', { name: 'A quiet home' }));
  assert.equal(new URL(owner.url()).pathname, address);
  await owner.goto('/dashboard');
  await press(owner, owner.getByRole('link', { name: 'Who was shown your contact' }));
  await examine(owner, 'looks');
});
