/** A WebSocket that lets somebody watch its frames, in both directions, before anybody else. */

export interface ISocketObserver {
  opened(socket: WebSocket): void;
  received(data: Uint8Array, socket: WebSocket): void;
  sending(data: Uint8Array): void;
  closed(): void;
}

export function observedSocket(base: typeof WebSocket, observer: ISocketObserver): typeof WebSocket {
  return class ObservedSocket extends base {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('open', () => observer.opened(this));
      this.addEventListener('close', () => observer.closed());
      this.addEventListener('message', event => {
        if (event.data instanceof ArrayBuffer) {
          observer.received(new Uint8Array(event.data), this);
        }
      });
    }

    override send(data: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBufferLike>): void {
      if (data instanceof Uint8Array) {
        observer.sending(data);
      }
      super.send(data);
    }
  };
}
