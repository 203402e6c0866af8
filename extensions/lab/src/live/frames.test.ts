import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

import { decodeRaw, encodeRaw, isNotice, isRole, outgoing } from './frames.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A RAW frame as y-websocket's own library writes it. */
function foreign(text: string): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 2);
  encoding.writeVarString(encoder, text);
  return encoding.toUint8Array(encoder);
}

describe('RAW frames', () => {
  test('are read by the stock decoder, whatever the letters', () => {
    for (const text of ['', 'é', '📊 l’été', '中文', 'x'.repeat(300), '\u007f\u0000"\\']) {
      const decoder = decoding.createDecoder(encodeRaw({ type: 'notice', text }));
      assert.equal(decoding.readVarUint(decoder), 2);
      assert.deepEqual(JSON.parse(decoding.readVarString(decoder)), { type: 'notice', text });
      assert.equal(decoding.hasContent(decoder), false);
    }
  });

  test('hold ASCII only, and their length in bytes', () => {
    const frame = encodeRaw({ type: 'hello', name: 'Zoé 📊' });
    assert.ok(frame.subarray(2).every(byte => byte < 128));
    assert.equal(frame[1], frame.length - 2);
  });

  test('of the server are understood in UTF-8 too', () => {
    const frame = decodeRaw(foreign('{"type":"notice","text":"Été 📊"}'));
    assert.ok(frame !== null && isNotice(frame));
    assert.equal(frame.text, 'Été 📊');
  });

  test('come back as they were sent, also over 127 and 16383 bytes', () => {
    for (const size of [0, 90, 127, 128, 20_000]) {
      const frame = { type: 'notice', text: 'é'.repeat(size) };
      assert.deepEqual(decodeRaw(encodeRaw(frame)), frame);
    }
  });

  test('that are cut, foreign or rubbish are no frames', () => {
    const whole = encodeRaw({ type: 'ack', seq: 1 });
    for (let length = 0; length < whole.length; length++) {
      assert.equal(decodeRaw(whole.subarray(0, length)), null);
    }
    for (const rubbish of [foreign('save'), foreign('[]'), foreign('null'), foreign('{"type":1}')]) {
      assert.equal(decodeRaw(rubbish), null);
    }
    assert.equal(decodeRaw(bytes(2, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255)), null);
    assert.equal(decodeRaw(bytes(0, 0, 1, 0)), null);
  });

  test('with an unknown role give no role', () => {
    assert.ok(isRole({ type: 'role', role: 'reader', execute: false, epoch: 1 }));
    assert.ok(!isRole({ type: 'role', role: 'owner', execute: true, epoch: 1 }));
  });
});

describe('outgoing frames', () => {
  test('are told apart', () => {
    assert.equal(outgoing(bytes(0, 2, 2, 0, 0)), 'update');
    assert.equal(outgoing(bytes(0, 1, 2, 0, 0)), 'empty-step2');
    assert.equal(outgoing(bytes(0, 1, 3, 1, 1, 1)), 'step2');
    assert.equal(outgoing(bytes(0, 0, 1, 0)), 'other');
    assert.equal(outgoing(bytes(1, 2, 3)), 'other');
    assert.equal(outgoing(encodeRaw({ type: 'hello' })), 'other');
  });
});
