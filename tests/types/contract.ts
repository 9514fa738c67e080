/**
 * The compile-time promises of the contract, each in both directions: what follows a `@ts-expect-error` must be refused, all else must compile.
 * Checked by `npm run check:types`; nothing here runs.
 */
import { z } from "zod";
import { State, event, type Background, type Run } from "meanwhile";
import { useServerState } from "meanwhile/react";
import { App } from "meanwhile/server";

class My extends State {
  counter = 0;
  items: string[] = [];
  when = new Date();
  note?: string = undefined;
  _n = 0;
  get double() {
    return this.counter * 2;
  }

  @event inc() {
    this.counter++;
    this.trigger(My).job(3);
  }
  @event add(n: number) {
    this.counter += n;
    return n;
  }
  @event submit(form: { qty: number }) {
    this.counter = form.qty;
    return this.items;
  }
  @event async *steps() {
    this.counter++;
    yield;
    return "done";
  }
  @event({ onLoad: true }) opened() {}
  @event({ args: [z.number(), z.string()] }) two(_n: number, _s: string) {}
  @event({ args: [z.coerce.number()] }) coerced(_n: number) {}
  @event({ args: [z.string(), z.number().default(7)] }) optional(_s: string, _n?: number) {}
  // @ts-expect-error the parameter may be left out, the schema takes no undefined
  @event({ args: [z.string(), z.number()] }) missing(_s: string, _n?: number) {}
  // @ts-expect-error the schema says string, the parameter number
  @event({ args: [z.string()] }) wrong(_n: number) {}
  // @ts-expect-error the page would send a number, the schema takes a string
  @event({ args: [z.string().transform(Number)] }) wrongInput(_n: number) {}

  @event({ background: true, args: [z.number()], onDisconnect: "cancel" })
  async job(this: Background<My>, times: number) {
    // @ts-expect-error a write outside the lock
    this.counter = 1;
    // @ts-expect-error a mutating method outside the lock
    this.items.push("x");
    // @ts-expect-error a Date setter outside the lock
    this.when.setHours(1);
    // @ts-expect-error reset is a write
    this.reset();
    // @ts-expect-error another state, outside the lock
    this.getState(Other).title = "x";
    const double = await this.lock((self) => {
      self.counter += times;
      self.getState(Other).title = "x";
      return self.double;
    });
    double.toFixed();
    const items = await this.lock(async (self) => self.items);
    // @ts-expect-error what a window returns is committed
    items.push("x");
    const kept = await this.lock((self) => self);
    // @ts-expect-error self, kept
    kept.counter = 1;
    const said = await this.lock(async function* (self) {
      self.counter++;
      yield;
      self.counter++;
      return "done";
    });
    said.toUpperCase();
    await this.task.sleep(10);
    if (this.app.eventNamespace.tokenToSid.has(this.router.session.clientToken)) this.trigger(My).inc();
  }
  // @ts-expect-error without `this: Background<My>`
  @event({ background: true }) async bad() {
    this.counter++;
  }
  // @ts-expect-error not async
  @event({ background: true }) notAsync(this: Background<My>) {}
  // @ts-expect-error an option of background tasks only
  @event({ onDisconnect: "cancel" }) notATask() {}
  @event direct() {
    // @ts-expect-error a task is started by trigger, not called
    void this.job(1);
    // @ts-expect-error wrong argument
    this.trigger(My).add("1");
    this.inc(); // a plain call in the same transaction
  }
  @event whoIsIt() {
    const { identity } = this.router.session;
    // @ts-expect-error unknown: the app has not said in `Register` what an identity is
    void identity.name;
    return typeof identity === "string" ? identity.length : 0;
  }
  @event({ background: true, policy: { limit: 2 }, per: "app", key: (name: string) => name, retry: { attempts: 3 } })
  async typed(this: Background<My, { rejected: number }>, name: string, count = 1) {
    this.task.report({ value: 1, total: count, data: { rejected: 0 } });
    // @ts-expect-error the data of its progress has a type
    this.task.report({ data: { rejected: "none" } });
    const run = this.trigger(My).job(2);
    const other = await this.trigger(My).count7().result;
    other.toFixed();
    run.cancel();
    // @ts-expect-error a result is read-only
    run.id = "";
    return { name, list: [count] };
  }
  @event({ background: true }) async count7(this: Background<My>) {
    return 7;
  }
  // @ts-expect-error the key is computed from the task's own parameters
  @event({ background: true, policy: "queue", key: (id: number) => id })
  async badKey(this: Background<My>, _name: string) {}
  // @ts-expect-error a key is a string or a number
  @event({ background: true, policy: "queue", key: () => ({}) })
  async objectKey(this: Background<My>) {}
  // @ts-expect-error no such policy
  @event({ background: true, policy: "sometimes" })
  async badPolicy(this: Background<My>) {}
  // @ts-expect-error a policy is for background tasks
  @event({ policy: "single" }) handlerWithPolicy() {}
  // @ts-expect-error a time limit is for background tasks
  @event({ timeoutMs: 10 }) handlerWithLimit() {}
  _helper() {
    return this._n;
  }
}
class Other extends State {
  title = "";
}
class Sub extends My {
  extra = 1;
  @event({ background: true }) async more(this: Background<Sub>) {
    await this.lock((self) => {
      self.extra++;
      self.counter++;
    });
  }
}
void Sub;

async function page() {
  const my = useServerState(My);
  const onClick: (e: MouseEvent) => void = my.inc;
  void onClick;
  const n: number = await my.add(1);
  const done: string = await my.steps();
  const run: Run = await my.job(2);
  await my.submit({ qty: 1 });
  await my.submit(new FormData());
  void [n, done, run, my.double.toFixed()];
  const typed = await my.typed("a");
  const result: { readonly name: string; readonly list: readonly number[] } = await typed.result;
  const rejected: number | undefined = typed.progress?.data?.rejected;
  void [result, rejected, typed.cancel()];
  // @ts-expect-error a result is deeply read-only
  result.list.push(1);
  // @ts-expect-error backend names don't exist in the page
  void my._n;
  // @ts-expect-error nor their methods
  void my._helper;
  // @ts-expect-error a page reads
  my.counter = 1;
  // @ts-expect-error wrong argument
  await my.add("1");
  // @ts-expect-error the framework's own names are the server's
  void my.trigger;
}
void page;

// An app that declares no identity may give any, and compares what it does not know.
void new App({ states: [My], authorize: ({ headers }) => headers["x-user"], sameIdentity: (a, b) => a === b });
void new App({ states: [My], authorize: async () => ({ id: 1 }) });
// @ts-expect-error unknown: `Register` says nothing of an id
void new App({ states: [My], sameIdentity: (a, b) => a.id === b.id });
