/**
 * Every sentence of the page has a French one, and the catalogue holds no other.
 * With `--copy TARGET` also writes the catalogues where the server looks for them.
 */
import { cpSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = new URL('..', import.meta.url).pathname;
const CATALOGUES = join(ROOT, 'lab', 'locale');

function sources(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map(entry => join(entry.parentPath, entry.name));
}

/** The value of a literal, or of literals joined by `+`; undefined for anything else. */
function literal(node) {
  if (ts.isStringLiteralLike(node)) {
    return node.text;
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const parts = [literal(node.left), literal(node.right)];
    return parts.includes(undefined) ? undefined : parts.join('');
  }
  return undefined;
}

/** The sentence of the code: its plural, or null. */
const found = new Map();
const faults = [];

function collect(file) {
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = node => {
    const called = ts.isCallExpression(node) ? node.expression.name?.text : undefined;
    if (called === '__' || called === '_n') {
      const text = literal(node.arguments[0]);
      const plural = called === '_n' ? literal(node.arguments[1]) : null;
      if (text === undefined || plural === undefined) {
        const { line } = tree.getLineAndCharacterOfPosition(node.pos);
        faults.push(`${file}:${line + 1}: a sentence must be a literal`);
      } else if ((found.get(text) ?? plural) !== plural) {
        faults.push(`one sentence with and without a plural: ${text}`);
      } else {
        found.set(text, plural);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
}

for (const folder of ['api', 'base', 'sheets', 'lab']) {
  sources(join(ROOT, folder, 'src')).forEach(collect);
}
for (const name of readdirSync(CATALOGUES)) {
  const catalogue = JSON.parse(readFileSync(join(CATALOGUES, name), 'utf8'));
  for (const [text, plural] of found) {
    // A sentence that counts has a list: for one, for more.
    const forms = plural === null ? [catalogue[text]] : (catalogue[text] ?? []);
    if (forms.length !== (plural === null ? 1 : 2) || forms.some(form => typeof form !== 'string' || form === '')) {
      faults.push(`${name} lacks: ${text}`);
    } else if (placeholders(plural ?? text) !== placeholders(forms[forms.length - 1])) {
      faults.push(`${name} has other placeholders than: ${text}`);
    }
  }
  for (const text of Object.keys(catalogue)) {
    if (!found.has(text)) {
      faults.push(`${name} has a sentence that nobody says: ${text}`);
    }
  }
}

function placeholders(text) {
  return (text.match(/%\d/g) ?? []).sort().join(' ');
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
const copy = process.argv.indexOf('--copy');
if (copy > 0) {
  const target = process.argv[copy + 1];
  mkdirSync(target, { recursive: true });
  cpSync(CATALOGUES, target, { recursive: true });
}
console.log(`${found.size} sentences, each translated`);
