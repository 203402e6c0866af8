import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Ledger } from './ledger.js';

/** A page of our server that has synced once. */
function synced(): Ledger {
  const ledger = new Ledger();
  ledger.connected();
  ledger.confirms();
  ledger.sent('empty-step2');
  return ledger;
}

function type(ledger: Ledger, times = 1): void {
  for (let time = 0; time < times; time++) {
    ledger.edited();
    ledger.sent('update');
  }
}

describe('the ledger of edits', () => {
  test('starts by connecting, then is saved', () => {
    const ledger = new Ledger();
    assert.equal(ledger.state, 'connecting');
    assert.equal(synced().state, 'saved');
  });

  test('is saving until each edit is confirmed', () => {
    const ledger = synced();
    type(ledger, 3);
    for (const state of ['saving', 'saving', 'saving']) {
      assert.equal(ledger.state, state);
      ledger.confirmed();
    }
    assert.equal(ledger.state, 'saved');
  });

  test('counts what was typed before the server told who it is', () => {
    const ledger = new Ledger();
    ledger.connected();
    type(ledger);
    ledger.confirms();
    ledger.sent('step2');
    ledger.confirmed();
    assert.equal(ledger.state, 'saving');
    ledger.confirmed();
    assert.equal(ledger.state, 'saved');
  });

  test('keeps offline edits pending until the state that carries them is confirmed', () => {
    const ledger = synced();
    ledger.disconnected();
    assert.equal(ledger.state, 'offline');
    assert.equal(ledger.pending, false);
    ledger.edited();
    assert.equal(ledger.pending, true);
    ledger.connected();
    ledger.confirms();
    assert.equal(ledger.state, 'saving');
    ledger.sent('step2');
    assert.equal(ledger.state, 'saving');
    ledger.confirmed();
    assert.equal(ledger.state, 'saved');
  });

  test('takes an unconfirmed edit for lost at a cut, and for safe when the server has it', () => {
    const ledger = synced();
    type(ledger);
    ledger.disconnected();
    assert.equal(ledger.pending, true);
    ledger.connected();
    ledger.confirms();
    ledger.sent('empty-step2');
    assert.equal(ledger.pending, false);
  });

  test('does not lose an edit typed while the socket is closing', () => {
    const ledger = synced();
    ledger.edited();
    ledger.disconnected();
    assert.equal(ledger.pending, true);
  });

  test('a late confirmation of an earlier connection is no credit', () => {
    const ledger = synced();
    ledger.confirmed();
    type(ledger);
    assert.equal(ledger.state, 'saving');
  });

  test('needs no confirmation of a stock server', () => {
    const ledger = new Ledger();
    ledger.connected();
    ledger.sent('step2');
    type(ledger);
    assert.equal(ledger.state, 'saved');
  });

  test('forgets what is refused', () => {
    const ledger = synced();
    type(ledger);
    ledger.forget();
    assert.equal(ledger.pending, false);
  });
});
