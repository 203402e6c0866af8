/** A page that is loaded again shows what was in front: the layout is saved too late for that. */
const KEY = 'openpaas:account-section';

/** When this tab has loaded again, the account opens at this section. */
export function comeBack(section: string): void {
  window.sessionStorage.setItem(KEY, section);
}

/** The section to open, once. */
export function takeBack(): string | null {
  const section = window.sessionStorage.getItem(KEY);
  window.sessionStorage.removeItem(KEY);
  return section;
}
