import assert from 'node:assert/strict';
import { test } from 'node:test';

import { When } from './when.js';

const NOW = new Date(2026, 10, 23, 14, 0).getTime();
const english = new When('en-GB', () => NOW);
const french = new When('fr-FR', () => NOW);

test('how long ago, from a moment to years', () => {
  assert.equal(english.ago(NOW + 5000), 'now');
  assert.equal(english.ago(NOW - 2 * 60_000), '2 minutes ago');
  assert.equal(french.ago(NOW - 2 * 60_000), 'il y a 2 minutes');
  assert.equal(french.ago(NOW - 3 * 3600_000), 'il y a 3 heures');
  assert.equal(french.ago(new Date(2026, 10, 22, 17, 40).getTime()), 'hier, 17:40');
  assert.equal(french.ago(new Date(2026, 10, 3, 9, 0).getTime()), '3 novembre');
  assert.equal(french.ago(new Date(2024, 0, 3, 9, 0).getTime()), '3 janvier 2024');
});

test('yesterday is a day of the calendar, not 24 hours', () => {
  assert.equal(english.daysAgo(new Date(2026, 10, 22, 23, 59).getTime()), 1);
  assert.equal(english.daysAgo(new Date(2026, 10, 23, 0, 1).getTime()), 0);
});

test('sizes in the words of the language', () => {
  assert.equal(french.size(0).replace(/\s/g, ' '), '0 octet');
  assert.equal(french.size(12_400_000).replace(/\s/g, ' '), '12,4 Mo');
  assert.equal(english.size(999), '999 bytes');
  assert.equal(english.size(1_500).replace(/\s/g, ' '), '1.5 kB');
});
