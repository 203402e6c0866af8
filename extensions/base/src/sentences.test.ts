import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Sentences } from './sentences.js';

const CATALOGUE: Record<string, string> = {
  'Choose a space first.': 'Choisissez d’abord un espace.',
  'You are {own} here (really).': 'Vous êtes {own} ici (vraiment).',
  'Leave out {flag}, or {flag}.': 'Retirez {flag}, ou {flag}.',
  editor: 'éditeur',
  'openpaas:filled': '["You are {own} here (really).", "Leave out {flag}, or {flag}."]'
};
const french = new Sentences({ gettext: (text: string) => CATALOGUE[text] ?? text } as TranslationBundle);
const english = new Sentences({ gettext: (text: string) => text } as TranslationBundle);

test('a sentence is found exactly, or by what fills it', () => {
  assert.equal(french.translate('Choose a space first.'), 'Choisissez d’abord un espace.');
  assert.equal(french.translate('You are editor here (really).'), 'Vous êtes éditeur ici (vraiment).');
  assert.equal(french.translate('Leave out --x, or --x.'), 'Retirez --x, ou --x.');
});

test('what is not known stays as it is', () => {
  assert.equal(french.translate('Leave out --x, or --y.'), 'Leave out --x, or --y.');
  assert.equal(french.translate(''), '');
  assert.equal(english.translate('You are editor here (really).'), 'You are editor here (really).');
});
