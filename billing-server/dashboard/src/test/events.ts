import { act, waitFor } from '@testing-library/react';

/** The browser's end of an event stream; tests are the server's. */
export class FakeEventSource extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static readonly opened: FakeEventSource[] = [];

  readyState = FakeEventSource.CONNECTING;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    super();
    FakeEventSource.opened.push(this);
  }

  /** The stream that is in use, once there is one: what is seen on the page may come before it. */
  static current(): Promise<FakeEventSource> {
    return waitFor(() => {
      const stream = FakeEventSource.opened.at(-1);
      if (!stream) throw new Error('no stream was opened');
      return stream;
    });
  }

  close() {
    this.readyState = FakeEventSource.CLOSED;
  }

  accept() {
    this.readyState = FakeEventSource.OPEN;
    act(() => this.onopen?.());
  }

  tell(event: string, data: object) {
    act(() => {
      this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }));
    });
  }

  /** Broken, and tried again by the browser; or refused for good. */
  fail(refused = false) {
    this.readyState = refused ? FakeEventSource.CLOSED : FakeEventSource.CONNECTING;
    act(() => this.onerror?.());
  }
}
