/** Where a view stands: which section, and what it looks for; a command may move it, the layout remembers it. */
import { Signal, type ISignal } from '@lumino/signaling';
import * as React from 'react';

export class Place {
  constructor(
    public section: string,
    public member = ''
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  go(section: string, member = ''): void {
    this.section = section;
    this.member = member;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
}

export function useSection(place: Place): [string, (section: string, member?: string) => void] {
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    place.changed.connect(again);
    return () => void place.changed.disconnect(again);
  }, [place]);
  return [place.section, (section, member) => place.go(section, member)];
}
