/** What was asked over the socket and has not been answered. */

interface IAsked {
  resolve: (message: never) => void;
  reject: (problem: unknown) => void;
}

export class Questions {
  constructor(private readonly _send: (question: object) => void) {}

  /** Rejects when the server cannot answer, or when the connection is lost. */
  ask<T>(question: Record<string, unknown>): Promise<T> {
    const id = ++this._last;
    return new Promise<T>((resolve, reject) => {
      this._asked.set(id, { resolve, reject });
      this._send({ id, ...question });
    });
  }

  answer(message: { id: number; type: string; problem?: unknown }): void {
    const asked = this._asked.get(message.id);
    this._asked.delete(message.id);
    if (message.type === 'failed') {
      asked?.reject(message.problem);
    } else {
      asked?.resolve(message as never);
    }
  }

  cut(): void {
    const all = [...this._asked.values()];
    this._asked.clear();
    all.forEach(asked => asked.reject(undefined));
  }

  private readonly _asked = new Map<number, IAsked>();
  private _last = 0;
}
