import { event, State, type Background } from "../../../src/index.ts";
import type { Logger } from "../../../src/server/index.ts";
import { CANARY } from "../../support/canary.ts";

/** A state for tests over real sockets. */
export class CounterState extends State {
  counter = 0;
  text = "</script><script>alert(1)</script>";
  _secret = CANARY;

  get double() {
    return this.counter * 2;
  }
  @event add(n: number) {
    this.counter += n;
    return this.counter;
  }
  @event fail() {
    throw new Error("inner detail");
  }
  @event where() {
    const { session, page, headers } = this.router;
    return {
      path: page.path,
      query: page.query,
      ip: session.clientIp,
      agent: headers["x-test"],
      isToken: session.clientToken.length > 20,
    };
  }
  @event({ background: true }) async sleepy(this: Background<CounterState>) {
    try {
      await this.task.sleep(1_000_000);
    } finally {
      await this.lock((self) => void (self.counter = -1));
    }
  }
}

/** Says nothing. */
export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
