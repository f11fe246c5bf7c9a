import { settled, show } from './test-page.ts';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { startIslands } from './main.ts';

test('only the islands of the page are started, and later ones when they come', async () => {
  await settled();
  assert.equal(customElements.get('hyd-share'), undefined);
  show('<hyd-share></hyd-share><hyd-gallery></hyd-gallery>');
  await startIslands();
  assert.ok(customElements.get('hyd-share') && customElements.get('hyd-gallery'));
  assert.equal(customElements.get('hyd-map'), undefined);
});
