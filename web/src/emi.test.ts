import { one, send, show } from './test-page.ts';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Emi, instalments, rupees } from './emi.ts';

customElements.define('hyd-emi', Emi);

test('an instalment is what a bank would say', () => {
  const loan = instalments({ amount: 9_600_000, rate: 8.5, years: 20 });
  assert.equal(Math.round(loan?.month ?? 0), 83_311);
  assert.equal(instalments({ amount: 1200, rate: 0, years: 1 })?.month, 100);
  for (const none of [{ amount: 0, rate: 8, years: 20 }, { amount: 1, rate: -1, years: 20 }, { amount: NaN, rate: 8, years: 1 }]) {
    assert.equal(instalments(none), undefined);
  }
});

test('amounts are read as people write them', () => {
  const said: [string, number][] = [['85,00,000', 8_500_000], ['₹ 85 lakh', 8_500_000], ['1.2 cr', 12_000_000], ['25k', 25_000]];
  for (const [text, amount] of said) assert.equal(Math.round(rupees(text)), amount, text);
  assert.ok(Number.isNaN(rupees('a lot')));
});

test('figures follow what is typed', () => {
  show(`<hyd-emi><form><input name="price" value="96 lakh"><input name="rate" value="8.5"><input name="years" value="20"></form>
    <output data-emi="month">₹1</output></hyd-emi>`);
  send(one('[name="rate"]'), 'input');
  assert.equal(one('output').textContent, '₹83,311');
  one<HTMLInputElement>('[name="rate"]').value = '';
  send(one('[name="rate"]'), 'input');
  assert.equal(one('output').textContent, '–');
});
