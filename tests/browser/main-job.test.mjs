// The main job in a real browser: one person posts a home, another looks and saves it, the first changes the price,
// signs out, signs in, and the first page shows all of it. Without scripts, as the pages promise.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { clickMenu } from './pressing.mjs';
import { adminEmail, field, password, picture, register, signIn, start } from './server.mjs';

let portal;

before(async () => {
  portal = await start();
});

after(() => portal?.stop());

const timeline = async (page) => (await page.locator('main .timeline:not(.dated) li').allTextContents()).map((t) => t.replace(/\s+/g, ' '));

test('a person posts a home, another saves it, the first comes back and sees everything', async () => {
  const owner = await portal.visitor();
  await register(owner, 'asha');

  await owner.goto('/post');
  await field(owner, 'title').fill('Hi');
  await field(owner, 'location').fill('Gachibowli');
  await field(owner, 'price').fill('95 lakh');
  await field(owner, 'propertyType').selectOption('APARTMENT');
  await owner.locator('main form button').last().click();
  const refusal = await owner.locator('main').textContent();
  assert.match(refusal, /5 to 200 characters/, 'a refused field says why');
  assert.equal(await field(owner, 'price').inputValue(), '95 lakh', 'what was typed is kept');
  await picture(owner, 'post-refused');
  await field(owner, 'title').fill('3 BHK in Gachibowli');
  await field(owner, 'bedrooms').fill('3');
  await owner.locator('main form button').last().click();
  const address = new URL(owner.url()).pathname;
  assert.match(address, /^\/hyderabad\/gachibowli\/3-bhk-apartment-for-sale\/3-bhk-in-gachibowli-[0-9a-f-]{36}$/);
  assert.match(await owner.locator('.price').first().textContent(), /₹95 Lakh/);

  const seeker = await portal.visitor({ viewport: { width: 390, height: 844 } });
  await register(seeker, 'ravi');
  await seeker.goto('/');
  await picture(seeker, 'home-phone');
  await seeker.getByRole('link', { name: /3 BHK in Gachibowli/ }).first().click();
  assert.equal(new URL(seeker.url()).pathname, address);
  await seeker.getByRole('button', { name: 'Save this home' }).click();
  await seeker.getByRole('button', { name: 'Take it off my list' }).waitFor();
  await picture(seeker, 'detail-phone');
  await seeker.goto('/dashboard');
  const seen = (await timeline(seeker)).join('\n');
  assert.match(seen, /looked at 3 BHK in Gachibowli/);
  assert.match(seen, /saved 3 BHK in Gachibowli/);

  await owner.getByRole('link', { name: 'Edit' }).click();
  await field(owner, 'price').fill('90 lakh');
  await owner.locator('main form button').last().click();
  assert.match(await owner.locator('.price').first().textContent(), /₹90 Lakh/);
  await clickMenu(owner);
  await owner.getByRole('button', { name: 'Sign out' }).click();
  await owner.goto('/dashboard');
  assert.match(owner.url(), /\/sign-in/, 'the dashboard asks to sign in');

  await field(owner, 'emailOrUsername').fill('asha@example.com');
  await field(owner, 'password').fill(password);
  await owner.locator('main form button').first().click();
  assert.match(owner.url(), /\/dashboard$/);
  const done = await timeline(owner);
  await picture(owner, 'dashboard');
  for (const words of [/signed in/, /signed out/, /from ₹95 Lakh to ₹90 Lakh/, /listed 3 BHK in Gachibowli for ₹95 Lakh/, /joined/]) {
    assert.ok(done.some((line) => words.test(line)), `${words} in ${JSON.stringify(done)}`);
  }
  assert.match(done[0], /signed in/, 'the newest comes first');
});

test('a stranger sees homes but no contact, and unknown pages say so', async () => {
  const page = await portal.visitor();
  await page.goto('/homes');
  await page.getByRole('link', { name: /3 BHK in Gachibowli/ }).first().click();
  assert.match(await page.locator('#contact').textContent(), /Sign in to see the contact/);
  const missing = await page.goto('/no-such-page');
  assert.equal(missing.status(), 404);
  await picture(page, 'not-found');
});

test('an admin pauses a group and is told so in words, on the narrowest of screens', async () => {
  const admin = await portal.visitor({ viewport: { width: 320, height: 640 } });
  await signIn(admin, adminEmail);
  await clickMenu(admin);
  await picture(admin, 'menu-phone');
  await admin.getByRole('link', { name: 'Operations' }).click();
  const group = admin.getByRole('region', { name: 'users-service-group' });
  await group.getByRole('button', { name: 'Pause' }).click();
  assert.match(await admin.getByRole('status').first().textContent(), /The group is paused/);
  assert.match(await group.textContent(), /Paused/);
  const wide = await admin.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 320, `the page is ${wide} px wide`);
  await picture(admin, 'operations-phone');
  await group.getByRole('button', { name: 'Resume' }).click();
  await group.getByRole('button', { name: 'Rebuild' }).click();
  assert.match(await admin.getByRole('heading', { level: 1 }).textContent(), /Rebuild of users-service-group/);
  await picture(admin, 'job-phone');
});
