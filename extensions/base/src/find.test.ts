import assert from 'node:assert/strict';
import { test } from 'node:test';

import { find, folded } from './find.js';

const PEOPLE = ['Élodie Vasseur', 'Bruno Diallo', 'Jean-Éric Le Goff', 'Eloïse Œuvrard', 'Anaïs Bertin'].map(name => ({
  texts: [name]
}));
const names = (typed: string): string[] => find(typed, PEOPLE).map(one => one.texts[0]);

test('accents and case do not count, whoever types them', () => {
  assert.equal(folded('ÉLODIE Œ'), 'elodie oe');
  assert.deepEqual(names('elo'), ['Élodie Vasseur', 'Eloïse Œuvrard']);
  assert.deepEqual(names('ÉLO'), names('elo'));
  assert.deepEqual(names('anais'), ['Anaïs Bertin']);
  assert.deepEqual(names('oeuv'), ['Eloïse Œuvrard']);
});

test('the beginning of a name, then of a word, then the inside', () => {
  assert.deepEqual(names('e'), [
    'Élodie Vasseur',
    'Eloïse Œuvrard',
    'Jean-Éric Le Goff',
    'Anaïs Bertin'
  ]);
  assert.deepEqual(names('goff jean'), ['Jean-Éric Le Goff']);
  assert.deepEqual(names('bruno vasseur'), []);
  assert.equal(names('  ').length, PEOPLE.length);
});
