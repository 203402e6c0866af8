/** Runs every compiled `*.test.js` with node's own test runner. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = new URL('..', import.meta.url).pathname;
const tests = ['api', 'base', 'sheets', 'lab'].flatMap(folder =>
  readdirSync(join(ROOT, folder, 'lib'), { recursive: true })
    .filter(name => name.endsWith('.test.js'))
    .map(name => join(ROOT, folder, 'lib', name))
);
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=dot', '--enable-source-maps', ...tests], {
  stdio: 'inherit'
});
process.exit(status ?? 1);
