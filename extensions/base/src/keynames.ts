/** Names of keys as they stand on a French keyboard. */
const FRENCH: Record<string, string> = {
  Shift: 'Maj',
  Esc: 'Échap',
  Enter: 'Entrée',
  Del: 'Suppr',
  Delete: 'Suppr',
  Insert: 'Inser',
  Space: 'Espace',
  Backspace: 'Retour arrière',
  'Page Up': 'Pg préc',
  'Page Down': 'Pg suiv',
  Home: 'Origine',
  End: 'Fin',
  Left: '←',
  Right: '→',
  Up: '↑',
  Down: '↓'
};
const NAMES = /(?<![\p{L}])(?:Page Up|Page Down|Shift|Esc|Enter|Delete|Del|Insert|Space|Backspace|Home|End|Left|Right|Up|Down)(?![\p{L}])/gu;

/** A shortcut as it is shown, in the language of the page; the signs of a Mac stay as they are. */
export function keysIn(locale: string, shown: string): string {
  return locale.startsWith('fr') ? shown.replace(NAMES, name => FRENCH[name] ?? name) : shown;
}
