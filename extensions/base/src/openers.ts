/** Whatever has a reference (`kind:id`) can be opened by who knows its kind. */

export interface IOpenOptions {
  /** Where to lead the reader inside: a cell id, a line, a message. */
  fragment?: string;
}

export type Opener = (id: string, options: IOpenOptions) => Promise<unknown>;

export class Openers {
  /** Who opens this kind; the answer takes it back. */
  add(kind: string, opener: Opener): () => void {
    this._openers.set(kind, opener);
    return () => this._openers.get(kind) === opener && this._openers.delete(kind);
  }

  /** Whether there is somebody to open it. */
  knows(ref: string): boolean {
    return this._openers.has(kindOf(ref));
  }

  /** Open what a reference names; rejects when nobody knows its kind. */
  async open(ref: string, options: IOpenOptions = {}): Promise<void> {
    const opener = this._openers.get(kindOf(ref));
    if (opener === undefined) {
      throw new Error(`Nothing here opens ${ref}.`);
    }
    await opener(ref.slice(kindOf(ref).length + 1), options);
  }

  private readonly _openers = new Map<string, Opener>();
}

function kindOf(ref: string): string {
  return ref.split(':', 1)[0];
}
