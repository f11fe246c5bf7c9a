// People and homes that the API makes, for tests that begin after them. It takes the same as the forms, in less time.
import assert from 'node:assert/strict';
import { adminEmail, password } from './server.mjs';

/** The password of the accounts that `--demo` tells about. */
export const demoPassword = 'look-around-hyderabad';

/** Asks the API as one person: `call(method, path, body)` gives the data of the answer. */
const caller = (base, token) => async (method, path, body) => {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text).data : null;
};

export async function enter(base, email, secret = password) {
  const tokens = await caller(base)('POST', '/api/auth/login', { emailOrUsername: email, password: secret });
  return caller(base, tokens.accessToken);
}

/** The caller of a new person, whose address is confirmed. */
export async function join(base, name, about = {}) {
  const email = `${name}@example.com`;
  const account = { username: name, email, password, firstName: 'Sample', lastName: 'Person', ...about };
  const tokens = await caller(base)('POST', '/api/auth/register', account);
  await confirm(base, email);
  return caller(base, tokens.accessToken);
}

/** By the code of the letter, which an administrator may read on a server that shows codes. */
async function confirm(base, email) {
  const admin = await enter(base, adminEmail);
  const deadline = AbortSignal.timeout(60_000);
  for (;;) {
    deadline.throwIfAborted();
    const letters = await admin('GET', '/api/v1/admin/mailbox');
    const letter = letters.find((found) => found.to === email && found.body?.includes('&code='));
    const code = letter?.body.match(/userId=([\w-]+)&code=([\w-]+)/);
    if (code) {
      await caller(base)('POST', '/api/auth/verify-email', { userId: code[1], verificationCode: code[2] });
      return;
    }
  }
}

/** Asks until the answer is so: what follows from an event is there a moment after it. */
export async function until(ask, isSo) {
  const deadline = AbortSignal.timeout(60_000);
  for (;;) {
    deadline.throwIfAborted();
    const answer = await ask();
    if (isSo(answer)) return answer;
  }
}

/** Settings under which a test may sign in as often as it must, and read the letters. */
export const unhurried = { HYD_LIMITS_ENABLED: 'false', HYD_MAIL_SHOW_CODES: 'true' };
