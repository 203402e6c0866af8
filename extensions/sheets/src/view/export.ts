/** The formats in which a sheet can be taken along. */
import { PathExt, URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { API_ROOT } from '@openpaas/api';

import type { ISheetContext } from './context.js';
import type { IEntry } from './menus.js';

export function exportEntries(on: ISheetContext, id: string): (IEntry | null)[] {
  const { words } = on.workspace;
  const take = (format: string, whole: boolean) => (): Promise<void> => download(on, id, format, whole);
  return [
    { label: words.__('Excel (.xlsx), all tabs'), run: take('xlsx', true) },
    { label: words.__('LibreOffice (.ods), all tabs'), run: take('ods', true) },
    null,
    { label: words.__('CSV, this tab'), run: take('csv', false) },
    { label: words.__('TSV, this tab'), run: take('tsv', false) },
    { label: words.__('Parquet, this tab'), run: take('parquet', false) },
    { label: words.__('JSON Lines, this tab'), run: take('jsonl', false) }
  ];
}

/** Fetched first: a refusal is told, and never saved as a file. */
async function download(on: ISheetContext, id: string, format: string, whole: boolean): Promise<void> {
  const { settings, locale, words, sentences } = on.workspace;
  const query = { format, locale: locale.slice(0, 2), ...(whole ? {} : { tab: on.tab }) };
  const url = URLExt.join(settings.baseUrl, API_ROOT, 'sheets', encodeURIComponent(id), 'export') + URLExt.objectToQueryString(query);
  on.say(words.__('The export is being made…'));
  try {
    const response = await ServerConnection.makeRequest(url, { cache: 'no-cache' }, settings);
    if (!response.ok) {
      const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
      throw new Error(detail ?? response.statusText);
    }
    save(await response.blob(), nameOf(on, format, whole));
  } catch (error) {
    const why = sentences.translate(error instanceof Error ? error.message : String(error));
    on.notices.tell({ text: `${words.__('The export could not be made.')} ${why}`.trim(), tone: 'warn' });
  }
}

function nameOf(on: ISheetContext, format: string, whole: boolean): string {
  const stem = PathExt.basename(on.path(), '.sheet');
  const tab = whole ? '' : ` - ${on.model.tab(on.tab)?.name ?? ''}`;
  return `${stem}${tab}.${format}`.replace(/[/\\:]/g, '-');
}

function save(data: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(data);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
