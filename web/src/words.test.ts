import './test-page.ts';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { isOurs, make, words } from './words.ts';

test('words come from the markup, in the language of the page', () => {
  const element = make('p', { 'data-words-found': '{n} సూచనలు' });
  assert.equal(words(element, 'found', '{n} suggestions', 3), '3 సూచనలు');
  assert.equal(words(element, 'none', 'No suggestions'), 'No suggestions');
});

test('what came in data leads nowhere else', () => {
  assert.ok(isOurs('/homes/h1') && isOurs('https://homes.example/'));
  for (const never of ['https://evil.example/', '//evil.example', 'javascript:alert(1)', 'data:text/html,x', 'http://homes.example/']) {
    assert.ok(!isOurs(never), never);
  }
});
