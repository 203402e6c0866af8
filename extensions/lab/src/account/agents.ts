/** Which browser on which system, from what a browser says of itself. Names are the makers' own. */

const BROWSERS: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari']
];
const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux']
];

export interface IAgent {
  /** Empty when it is none that we know. */
  browser: string;
  system: string;
  phone: boolean;
}

export function agentOf(text: string): IAgent {
  const first = (table: [RegExp, string][]): string => table.find(([pattern]) => pattern.test(text))?.[1] ?? '';
  return { browser: first(BROWSERS), system: first(SYSTEMS), phone: /\b(iPhone|Android|Mobile)\b/.test(text) };
}
