import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { areaName, letters, MOST_COLUMNS, MOST_ROWS, nameOf, parseArea } from './a1.js';
import { parseTable, writeHtml, writeTable } from './clipboard.js';
import { functionNames, suggest } from './formula/functions.js';
import { moved, refsOf, wantsRef, wordAt } from './formula/refs.js';
import { Scroll, Widths } from './grid/axes.js';
import { deedOf } from './grid/keys.js';
import { Layout } from './grid/layout.js';
import { Selection } from './grid/selection.js';
import { Memory } from './model/memory.js';
import { valueOf, withConditions } from './view/conditions.js';
import { Numbers, withDecimals } from './numbers.js';
import { areasOf, isWhole } from './view/guards.js';

describe('protections', () => {
  const one = { id: 'p', tab: 't', by: 'm1', members: [], columns: [], range: null };

  test('where they lie', () => {
    assert.equal(isWhole(one), true);
    assert.deepEqual(areasOf(one), [{ top: 0, left: 0, bottom: MOST_ROWS - 1, right: MOST_COLUMNS - 1 }]);
    assert.deepEqual(areasOf({ ...one, columns: [1, 2, 4] }).map(areaName), ['B:C', 'E:E']);
    assert.deepEqual(areasOf({ ...one, range: [1, 1, 4, 3] }).map(areaName), ['B2:C4']);
  });
});

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

describe('names of cells', () => {
  test('letters and back', () => {
    assert.equal(letters(0), 'A');
    assert.equal(letters(26), 'AA');
    assert.equal(letters(MOST_COLUMNS - 1), 'XFD');
    assert.equal(nameOf({ row: 3, column: 2 }), 'C4');
    assert.deepEqual(parseArea('$B$2:A9'), { top: 1, left: 0, bottom: 8, right: 1 });
    assert.deepEqual(parseArea('C:C'), { top: 0, left: 2, bottom: MOST_ROWS - 1, right: 2 });
    assert.equal(areaName({ top: 0, left: 2, bottom: MOST_ROWS - 1, right: 3 }), 'C:D');
    assert.equal(parseArea('nothing'), undefined);
    assert.equal(parseArea('A0'), undefined);
  });
});

describe('formulas as they are typed', () => {
  test('references have colours, the same ones the same', () => {
    const found = refsOf('=SOMME.SI.ENS(C:C; A:A; A5) / $D$9 + C:C & "B2" + Emprunts!B2');
    assert.deepEqual(found.map(ref => ref.text), ['C:C', 'A:A', 'A5', '$D$9', 'C:C', 'Emprunts!B2']);
    assert.deepEqual(found.map(ref => ref.color), [0, 1, 2, 3, 0, 4]);
    assert.equal(found[5].sheet, 'Emprunts');
    assert.deepEqual(refsOf("='Année 1'!A1:B2").map(ref => [ref.sheet, ref.area.right]), [['Année 1', 1]]);
  });

  test('functions and names that look like references are none', () => {
    assert.deepEqual(refsOf('=LOG10(2)+ATAN2(1;2)+TAUX1'), []);
    assert.deepEqual(refsOf('text A1'), []);
  });

  test('a reference moves, but for what is fixed', () => {
    assert.equal(moved('=A1+$A1+A$1+$A$1+SUM(B2:C3)+D:D', 2, 1), '=B3+$A3+B$1+$A$1+SUM(C4:D5)+E:E');
    assert.equal(moved('=A1', 0, -1), '=#REF!');
    assert.equal(moved('="A1"', 1, 1), '="A1"');
  });

  test('a click puts a reference in where one fits', () => {
    assert.equal(wantsRef('=SOMME(', 7), true);
    assert.equal(wantsRef('=A1', 3), false);
    assert.equal(wantsRef('A1+', 3), false);
  });

  test('functions are offered in the language of the page', () => {
    assert.deepEqual(wordAt('=1+SOM', 6), { word: 'SOM', start: 3 });
    assert.equal(wordAt('="SOM', 5), undefined);
    assert.equal(suggest(functionNames('fr-FR'), 'somme')[0], 'SOMME');
    assert.equal(suggest(functionNames('en'), 'vlo')[0], 'VLOOKUP');
  });
});

describe('numbers', () => {
  const french = new Numbers('fr-FR');
  const english = new Numbers('en-US');
  const cases: [number, string, string, string][] = [
    [1284500, '#,##0.00\\ "€"', '1 284 500,00 €', '1,284,500.00 €'],
    [-142288.02, '#,##0.00\\ "€"', '−142 288,02 €', '−142,288.02 €'],
    [0.241, '0.0%', '24,1 %', '24.1%'],
    [1234.5, '#,##0', '1 235', '1,235'],
    [0.1 + 0.2, '', '0,3', '0.3'],
    [1 / 3, 'General', '0,3333333333', '0.3333333333'],
    [7, '000', '007', '007'],
    [46143, 'dd/mm/yyyy', '01/05/2026', '05/01/2026'],
    [46143.5, 'dd/mm/yyyy hh:mm', '01/05/2026 12:00', '05/01/2026 12:00'],
    [46143, 'm/d/yyyy', '01/05/2026', '05/01/2026'],
    [0.520833333333333, 'hh:mm', '12:30', '12:30'],
    [1.26041666666667, '[h]:mm', '30:15', '30:15'],
    [12.5, '"$"#,##0.00', '$12,50', '$12.50'],
    [-12.5, '"$"#,##0.00', '−$12,50', '−$12.50'],
    [1500, '0.00E+00', '1,50E3', '1.50E3'],
    [46143.5, 'yyyy-mm-dd hh:mm', '2026-05-01 12:00', '2026-05-01 12:00'],
    [1.5, '[h]:mm:ss', '36:00:00', '36:00:00'],
    [-5, '0;[Red](0)', '(5)', '(5)'],
    [12, '"n° "0', 'n° 12', 'n° 12'],
    [1.25, '[$€-40C]0.0', '€1,3', '€1.3'],
    [46143, 'd mmmm yyyy', '1 mai 2026', '1 May 2026'],
    [1500000, '0.0,,"M"', '1,5M', '1.5M']
  ];
  for (const [value, format, fr, en] of cases) {
    test(`${value} as ${format}`, () => {
      assert.equal(plain(french.number(value, format)), fr);
      assert.equal(plain(english.number(value, format)), en);
    });
  }

  test('other values', () => {
    assert.equal(french.shown(true, '').text, 'VRAI');
    assert.deepEqual(french.shown({ t: 'e', v: '#N/A' }, ''), { text: '#N/A', align: 'center' });
    assert.equal(french.shown(null, '').text, '');
    assert.equal(french.guess('1 200,5', '').text, '1200,5');
    assert.equal(french.guess('=A1', '').text, '…');
  });

  test('one decimal more, one less', () => {
    assert.equal(withDecimals('', 1), '0.0');
    assert.equal(withDecimals('#,##0.00\\ "€"', -1), '#,##0.0\\ "€"');
    assert.equal(withDecimals('0.0%', -1), '0%');
    assert.equal(withDecimals('0%', 1), '0.0%');
  });
});

describe('the clipboard', () => {
  test('reads what Excel and LibreOffice write', () => {
    assert.deepEqual(parseTable('a\tb\r\n1\t2\r\n'), [['a', 'b'], ['1', '2']]);
    assert.deepEqual(parseTable('"two\nlines"\t"say ""x"""\n'), [['two\nlines', 'say "x"']]);
    assert.deepEqual(parseTable('12" pipe\tb'), [['12" pipe', 'b']]);
    assert.deepEqual(parseTable('"open\tb'), [['"open', 'b']]);
    assert.deepEqual(parseTable('one'), [['one']]);
    assert.deepEqual(parseTable('\t\na\t'), [['', ''], ['a', '']]);
  });

  test('comes back as it went', () => {
    const rows = [['a\tb', 'c"d', 'e\nf', ''], ['1', '2', '3', '4']];
    assert.deepEqual(parseTable(writeTable(rows)), rows);
    assert.match(writeHtml([['<b>&']]), /&lt;b&gt;&amp;/);
  });
});

describe('the grid', () => {
  test('a million rows fit under a scroll bar, to the last', () => {
    const scroll = new Scroll();
    const bar = scroll.size(1_048_576 * 25, 600);
    assert.ok(bar <= 15_000_000);
    assert.equal(scroll.offset(bar - 600), 1_048_576 * 25 - 600);
    const place = scroll.position(12_345_675);
    assert.equal(scroll.offset(place), 12_345_675);
  });

  test('columns of their own width are found', () => {
    const widths = new Widths(100);
    widths.set(1, 50);
    widths.set(3, 200);
    assert.equal(widths.offset(4), 450);
    assert.equal(widths.at(149), 1);
    assert.equal(widths.at(150), 2);
    assert.equal(widths.at(449), 3);
    assert.equal(widths.at(450), 4);
  });

  test('draws what is in sight, frozen parts first', () => {
    const input = { rows: 1000, columns: 50, frozen: { rows: 1, columns: 1 }, x: 300, y: 2500, width: 644, height: 300 };
    const layout = new Layout(input, new Widths(100));
    assert.deepEqual(layout.rows.slice(0, 2).map(slot => slot.index), [0, 101]);
    assert.deepEqual(layout.columns.slice(0, 2).map(slot => slot.index), [0, 4]);
    assert.deepEqual(layout.hit(50, 60), { on: 'cell', cell: { row: 101, column: 0 } });
    assert.deepEqual(layout.hit(200, 5), { on: 'column', column: 4 });
    assert.equal(layout.pieces({ top: 0, left: 0, bottom: 105, right: 5 }).length, 4);
  });

  test('keys move, extend, write', () => {
    const key = (name: string, more: object = {}): Parameters<typeof deedOf>[0] =>
      ({ key: name, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, isComposing: false, ...more });
    assert.deepEqual(deedOf(key('a'), 10), { do: 'edit', text: '' });
    assert.deepEqual(deedOf(key('F2'), 10), { do: 'edit' });
    assert.deepEqual(deedOf(key('a', { ctrlKey: true }), 10), { do: 'all' });
    assert.equal(deedOf(key('z', { ctrlKey: true }), 10), undefined);
    assert.deepEqual(deedOf(key('€', { ctrlKey: true, altKey: true }), 10), { do: 'edit', text: '' });
    assert.equal(deedOf(key('Delete'), 10), undefined);
    assert.deepEqual(deedOf(key('Enter'), 10), { do: 'walk', rows: 1, columns: 0 });
    assert.deepEqual(deedOf(key('Enter', { shiftKey: true }), 10), { do: 'walk', rows: -1, columns: 0 });
    assert.equal(deedOf(key('PageDown', { ctrlKey: true }), 10), undefined);
  });

  test('Enter goes back below where Tab began', () => {
    const extent = { rows: 100, columns: 26, filled: { rows: 10, columns: 5 } };
    const selection = new Selection();
    selection.to({ row: 2, column: 1 }, false);
    selection.walk(0, 1, extent);
    selection.walk(0, 1, extent);
    selection.walk(1, 0, extent);
    assert.deepEqual(selection.active, { row: 3, column: 1 });
    selection.step({ to: 'edge', rows: 1, columns: 0 }, true, extent);
    assert.deepEqual(selection.area, { top: 3, left: 1, bottom: 9, right: 1 });
    selection.step({ to: 'last' }, false, extent);
    assert.deepEqual(selection.active, { row: 9, column: 4 });
  });

  test('Enter and Tab go round what is chosen, and it stays chosen', () => {
    const extent = { rows: 100, columns: 26, filled: { rows: 10, columns: 5 } };
    const area = { top: 2, left: 1, bottom: 3, right: 2 };
    const round = (rows: number, columns: number): string[] => {
      const selection = new Selection();
      selection.set(area);
      const seen = [0, 1, 2, 3].map(() => {
        selection.walk(rows, columns, extent);
        return `${selection.active.row} ${selection.active.column}`;
      });
      assert.deepEqual(selection.area, area);
      return seen;
    };
    assert.deepEqual(round(1, 0), ['3 1', '2 2', '3 2', '2 1']);
    assert.deepEqual(round(-1, 0), ['3 2', '2 2', '3 1', '2 1']);
    assert.deepEqual(round(0, 1), ['2 2', '3 1', '3 2', '2 1']);
    assert.deepEqual(round(0, -1), ['3 2', '3 1', '2 2', '2 1']);
  });
});

describe('Ctrl with an arrow', () => {
  const filled = { rows: 9, columns: 2 };
  const column = [true, true, true, false, false, true, false, true, undefined];
  const extent = { rows: 100, columns: 26, filled, full: ({ row }: { row: number }) => column[row] };
  const down = (row: number, rows = 1): number => {
    const selection = new Selection();
    selection.to({ row, column: 0 }, false);
    selection.step({ to: 'edge', rows, columns: 0 }, false, extent);
    return selection.active.row;
  };

  test('goes to the end of what is filled, then over the gap', () => {
    assert.deepEqual([down(0), down(1), down(2), down(3), down(5)], [2, 2, 5, 5, 7]);
    assert.deepEqual([down(7, -1), down(5, -1), down(2, -1), down(4, -1)], [5, 2, 0, 2]);
  });

  test('goes to the end of the data where what lies between is not known', () => {
    assert.deepEqual([down(7), down(8), down(50, -1)], [8, 99, 8]);
  });
});

describe('what a condition says', () => {
  test('is a number, a percentage or a date of the language', () => {
    const fr = (text: string): unknown => valueOf(text, '=', 'fr-FR');
    const en = (text: string): unknown => valueOf(text, '=', 'en-GB');
    assert.deepEqual(['1 234,5', '12,50 €', '15 %', '1/5/2026', '2026-05-01', 'Voirie', '%'].map(fr), [1234.5, 12.5, 0.15, 46143, 46143, 'Voirie', '%']);
    assert.deepEqual(['1,234.5', '$12.50', '15%', '5/1/2026', '31/31/2026'].map(en), [1234.5, 12.5, 0.15, 46143, '31/31/2026']);
    assert.equal(valueOf('12', 'contains', 'fr'), '12');
  });

  test('takes the place of what was said of its column, and of nothing else', () => {
    const view = { sort: [{ column: 9 }], filter: [{ column: 1, test: '=' }, { column: 2, test: '<' }] };
    assert.deepEqual(withConditions(view, 2, [{ column: 2, test: '>' }]), {
      sort: [{ column: 9 }],
      filter: [{ column: 1, test: '=' }, { column: 2, test: '>' }]
    });
  });
});

describe('in French', () => {
  const french = new Numbers('fr-FR');

  test('errors, days and minus signs are as in Excel', () => {
    assert.equal(french.shown({ t: 'e', v: '#NAME?' }, '').text, '#NOM?');
    assert.equal(french.shown({ t: 'e', v: '#N/A' }, '').text, '#N/A');
    assert.equal(new Numbers('en-GB').shown({ t: 'e', v: '#NAME?' }, '').text, '#NAME?');
    assert.equal(french.day(new Date(2026, 10, 7)), '07/11/2026');
    assert.equal(french.shown(-0.5, '').text, '−0,5');
    assert.equal(french.typed(-0.5), '-0,5');
  });

  test('numbers are copied as other programs read them', () => {
    assert.equal(writeTable([['−1 284,50 €', '−$12.50', 'a − b', '−b']]), '-1 284,50 €\t-$12.50\ta − b\t−b');
  });
});

describe('what was just written', () => {
  test('is remembered as long as nobody could hear of changes', () => {
    let now = 0;
    const memory = new Memory(() => now);
    const [written] = memory.wrote('t', [[7, 2, '12']]);
    now = 50_000;
    memory.away(true);
    now = 500_000;
    assert.deepEqual(memory.all(), [written]);
    memory.away(false);
    now = 509_000;
    assert.equal(memory.has(written), true);
    assert.deepEqual(memory.all(), [written]);
    now = 511_000;
    assert.deepEqual(memory.all(), []);
  });

  test('is not watched cell by cell where much was pasted', () => {
    const memory = new Memory(() => 0);
    memory.wrote('t', [[0, 0, 'x']]);
    memory.wrote('t', Array.from({ length: 300 }, (_, row) => [row, 0, 'y']));
    assert.deepEqual(memory.all(), []);
  });

  test('is known for a minute, and found where another has changed it', () => {
    let now = 0;
    const memory = new Memory(() => now);
    memory.wrote('t', [[7, 2, '12']]);
    const changed = { tab: 't', cells: [[2, 5, 9]] as [number, number, number][] };
    assert.equal(memory.touched(changed, () => 7).length, 1);
    assert.equal(memory.touched(changed, () => 20).length, 0);
    assert.equal(memory.touched({ ...changed, tab: 'u' }, () => 7).length, 0);
    now = 61_000;
    assert.equal(memory.touched(changed, () => 7).length, 0);
  });
});
