// What a page waits for while the server computes it. The socket tells that there is something new, and Streamlit looks
// again, once the last look is on the page; only where no socket gets through it looks by the clock.

import { View } from "./common.js";
import { Connection } from "./socket.js";

const ANEW = 1000; // milliseconds between two looks without a socket

export class Waiting extends View {
  show(data, stamp, send) {
    super.show(data, stamp, send);
    if (stamp < this.stamp) return;
    this.asked = false;
    if (this.connection?.token !== data.token) {
      this.shut();
      this.connection = new Connection(
        data.token,
        ({ header }) => this.heard(header.count),
        () => this.wonder(),
        () => [],
      );
    }
    this.wonder();
  }

  heard(count) {
    this.news = count;
    this.wonder();
  }

  /** Whether Streamlit has to look, and without a socket, when. */
  wonder() {
    clearTimeout(this.looking);
    if (!this.root.isConnected) return this.shut();
    if (this.asked) return; // the answer brings it here again
    if (this.news > this.data.count) this.look();
    else if (this.connection?.failed) this.looking = setTimeout(() => this.look(), ANEW);
  }

  look() {
    if (!this.root.isConnected) return this.shut();
    this.asked = true;
    this.send("look", Date.now());
  }

  shut() {
    clearTimeout(this.looking);
    this.connection?.close();
    this.connection = this.news = undefined;
  }

  draw() {}

  close() {
    this.shut();
    super.close();
  }
}
