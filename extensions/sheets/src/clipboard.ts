/** Tables on the clipboard, as Excel and LibreOffice write them: TSV, and HTML beside it. */

/** Rows of texts; quotes keep tabs and line ends inside a cell. */
export function parseTable(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const end = text.length;
  for (let at = 0; at <= end; ) {
    const [cell, next] = text[at] === '"' ? quoted(text, at) : bare(text, at);
    row.push(cell);
    const stop = text[next];
    if (stop !== '\t') {
      rows.push(row);
      row = [];
    }
    at = next + (stop === '\r' && text[next + 1] === '\n' ? 2 : 1);
  }
  const last = rows[rows.length - 1];
  if (rows.length > 1 && last.length === 1 && last[0] === '') {
    rows.pop();
  }
  return rows;
}

function bare(text: string, from: number): [string, number] {
  let at = from;
  while (at < text.length && text[at] !== '\t' && text[at] !== '\n' && text[at] !== '\r') {
    at++;
  }
  return [text.slice(from, at), at];
}

/** A cell in quotes; a quote that does not end before a tab or a line end is only a sign. */
function quoted(text: string, from: number): [string, number] {
  let cell = '';
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] !== '"') {
      cell += text[at];
    } else if (text[at + 1] === '"') {
      cell += '"';
      at++;
    } else {
      return at + 1 === text.length || /[\t\r\n]/.test(text[at + 1]) ? [cell, at + 1] : bare(text, from);
    }
  }
  return bare(text, from);
}

/** Other programs read a number only with the plain sign. */
function plainMinus(text: string): string {
  return text.replace(/^([€$£]?)−(?=[\d€$£])/, '$1-');
}

export function writeTable(rows: string[][]): string {
  const cell = (text: string): string => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map(row => row.map(text => cell(plainMinus(text))).join('\t')).join('\n');
}

export function writeHtml(rows: string[][]): string {
  const safe = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>');
  const line = (row: string[]): string => `<tr>${row.map(text => `<td>${safe(plainMinus(text))}</td>`).join('')}</tr>`;
  return `<meta charset="utf-8"><table>${rows.map(line).join('')}</table>`;
}
