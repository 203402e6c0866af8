// Yjs as an independent reader and writer: one JSON request a line, one JSON answer a line.
const Y = require('yjs');

const bytes = hex => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = data => Buffer.from(data).toString('hex');

function docOf(updates) {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, bytes(update));
  return doc;
}

/** A small seeded generator (mulberry32). */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const VALUES = [null, undefined, true, false, 0, -1, 63, 64, 1e6, -1e9, 2 ** 40, 1.5, NaN, 'é📊', '',
  { a: [1, { b: 'ü' }] }, [], new Uint8Array([1, 2, 255])];

const ACTIONS = [
  (d, r) => d.getText('text').insert(0, ['hello', 'é', '📊', '中文', '\u0000\r\n'][Math.floor(r() * 5)]),
  (d, r) => { const t = d.getText('text'); t.insert(Math.floor(r() * (t.length + 1)), 'x'); },
  (d, r) => { const t = d.getText('text'); if (t.length) t.delete(Math.floor(r() * t.length), 1); },
  (d, r) => { const t = d.getText('text'); if (t.length) t.format(0, 1, { bold: r() < 0.5 ? true : null, size: 'é' }); },
  d => d.getText('text').insertEmbed(0, { image: 'data:é', n: 1 }),
  (d, r) => d.getMap('map').set('k' + Math.floor(r() * 3), VALUES[Math.floor(r() * VALUES.length)]),
  (d, r) => d.getMap('map').delete('k' + Math.floor(r() * 3)),
  (d, r) => d.getArray('list').insert(0, VALUES.filter(v => v !== undefined && r() < 0.3)),
  (d, r) => { const a = d.getArray('list'); if (a.length) a.delete(Math.floor(r() * a.length), 1); },
  d => d.getArray('list').push([new Y.Map([['nested', new Y.Text('ü')], ['list', new Y.Array()]])]),
  d => d.getMap('map').set('sub', new Y.Doc({ guid: 'sub-é', autoLoad: true, meta: { a: 1 } })),
  d => d.getMap('map').set('bin', new Uint8Array([0, 1, 2])),
  d => { const e = new Y.XmlElement('p'); e.setAttribute('class', 'é'); e.insert(0, [new Y.XmlText('📊')]); d.getXmlFragment('xml').insert(0, [e]); },
  d => { const x = d.getXmlFragment('xml'); if (x.length) x.delete(0, 1); }
];

const OPS = {
  /** What Yjs reads out of an update. */
  decode({ update }) {
    const { structs, ds } = Y.decodeUpdate(bytes(update));
    const clients = {};
    for (const s of structs) {
      const c = (clients[s.id.client] ??= { start: s.id.clock, end: 0, skip: false });
      c.end = s.id.clock + s.length;
      c.skip ||= s instanceof Y.Skip;
    }
    const deletes = {};
    ds.clients.forEach((items, client) => { deletes[client] = items.map(i => [i.clock, i.clock + i.len]); });
    return { clients, deletes, structs: structs.length };
  },
  /** Updates of every content type by two clients that hear of each other now and then. */
  corpus({ seed, steps }) {
    const r = random(seed);
    const docs = [new Y.Doc({ gc: true }), new Y.Doc({ gc: false })];
    const updates = [];
    docs.forEach(doc => doc.on('update', (u, origin) => { if (origin !== 'other') updates.push(u); }));
    for (let i = 0; i < steps; i++) {
      const doc = docs[Math.floor(r() * 2)];
      doc.transact(() => { for (let n = 0; n <= r() * 3; n++) ACTIONS[Math.floor(r() * ACTIONS.length)](doc, r); });
      if (r() < 0.3) {
        const [a, b] = r() < 0.5 ? docs : [docs[1], docs[0]];
        const diff = Y.encodeStateAsUpdate(a, Y.encodeStateVector(b));
        updates.push(diff);
        Y.applyUpdate(b, diff, 'other');
      }
    }
    const some = updates.filter(() => r() < 0.5);
    if (some.length) updates.push(Y.mergeUpdates(some));
    docs.forEach(doc => updates.push(Y.encodeStateAsUpdate(doc)));
    return updates.map(hex);
  },
  /** `merge`: as a log is read, all of it at once; one by one Yjs may wait for an update that has come already. */
  text({ updates, field, merge }) {
    const read = merge && updates.length > 0 ? [hex(Y.mergeUpdates(updates.map(bytes)))] : updates;
    return docOf(read).getText(field).toString();
  },
  notebook({ updates }) {
    const doc = docOf(updates);
    return { cells: doc.getArray('cells').toJSON(), meta: doc.getMap('meta').toJSON() };
  },
  /** The updates of a page typing into a text: [position in UTF-16, deleted, inserted]. */
  edit({ updates, field, edits }) {
    const doc = docOf(updates);
    const out = [];
    doc.on('update', u => out.push(hex(u)));
    for (const [at, gone, put] of edits) {
      doc.transact(() => { doc.getText(field).delete(at, gone); doc.getText(field).insert(at, put); });
    }
    return out;
  }
};

require('readline').createInterface({ input: process.stdin }).on('line', line => {
  const { op, ...args } = JSON.parse(line);
  let answer;
  try { answer = { value: OPS[op](args) }; } catch (error) { answer = { error: String(error) }; }
  process.stdout.write(JSON.stringify(answer) + '\n');
});
