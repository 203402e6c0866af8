import assert from 'node:assert/strict';
import { test } from 'node:test';

import { keysIn } from './keynames.js';

test('keys bear the names of the reader’s keyboard', () => {
  const fr = (shown: string): string => keysIn('fr-FR', shown);
  assert.deepEqual(
    ['Del', 'Ctrl+Shift+L', 'Esc', 'Shift+Enter', 'Ctrl+Page Down', 'Ctrl+K, Ctrl+Home', 'Ctrl+Up', 'Ctrl+S', 'F2'].map(fr),
    ['Suppr', 'Ctrl+Maj+L', 'Échap', 'Maj+Entrée', 'Ctrl+Pg suiv', 'Ctrl+K, Ctrl+Origine', 'Ctrl+↑', 'Ctrl+S', 'F2']
  );
  assert.equal(fr('⌘ ⇧ L'), '⌘ ⇧ L');
  assert.equal(keysIn('en-GB', 'Ctrl+Del'), 'Ctrl+Del');
});
