// The socket that brings the newest frames of all views of a page, and takes what its visitor does to the runs.

import { bases, pause, unwrap } from "./pure.js";

const GONE = [1008, 4404, 4409]; // closed for good: not allowed, no runs any more, shown elsewhere

export class Connection {
  /** `took(packet)` gets every packet, `state(open)` whether the socket brings any; `requested()` are the layers that
   * are made on request and that somebody looks at. */
  constructor(token, took, state, requested) {
    Object.assign(this, { token, took, state, requested, tried: 0 });
    const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
    this.bases = bases(loaded, location.href);
    this.open();
  }

  get ready() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  open() {
    if (this.closed) return;
    const base = this.bases[this.tried % this.bases.length];
    this.socket = new WebSocket(`${base.replace(/^http/, "ws")}/live/${this.token}`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => {
      this.bases = [base];
      this.tried = 0;
      this.failed = false;
      this.state(true);
    };
    this.socket.onmessage = ({ data }) => {
      this.took(unwrap(new Uint8Array(data)));
      // drawn with the next picture of the screen: a tab that nobody sees asks for nothing
      requestAnimationFrame(() => setTimeout(() => this.say({ do: "drawn", layers: this.requested() })));
    };
    this.socket.onclose = ({ code }) => {
      if (this.closed) return;
      this.tried++;
      const again = !GONE.includes(code) || this.tried < this.bases.length;
      if (again) this.timer = setTimeout(() => this.open(), pause(this.tried, this.bases.length));
      this.failed = again;
      this.state(false);
    };
  }

  /** Whether it could be said. */
  say(what) {
    if (!this.ready) return false;
    this.socket.send(JSON.stringify(what));
    return true;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}
