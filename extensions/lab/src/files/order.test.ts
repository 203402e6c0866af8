import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Contents } from '@jupyterlab/services';

import { ordered, type IOrder } from './order.js';

const file = (name: string, size = 0, at = 0, type = 'file'): Contents.IModel =>
  ({ name, size, type, last_modified: new Date(at).toISOString(), created: '' }) as Contents.IModel;
const order = (key: IOrder['state']['key'], direction: IOrder['state']['direction'] = 'ascending'): IOrder => ({
  state: { key, direction },
  notebooksFirst: false,
  naturally: true,
  locale: 'fr-FR'
});
const names = (items: Contents.IModel[]): string => items.map(item => item.name).join(' ');

test('folders come first, then names as people count and spell', () => {
  const items = [file('f10'), file('Étude'), file('f2'), file('zoo', 0, 0, 'directory'), file('abri')];
  assert.equal(names(ordered(items, order('name'))), 'zoo abri Étude f2 f10');
  assert.equal(names(ordered(items, order('name', 'descending'))), 'zoo f10 f2 Étude abri');
});

test('the newest comes first, and the smallest', () => {
  const items = [file('a', 3, 1000), file('b', 1, 3000), file('c', 2, 2000)];
  assert.equal(names(ordered(items, order('last_modified'))), 'b c a');
  assert.equal(names(ordered(items, order('file_size'))), 'b c a');
  assert.equal(names(ordered(items, order('file_size', 'descending'))), 'a c b');
});
