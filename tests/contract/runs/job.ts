import { event, PublicError, State, type Background } from "../../../src/index.ts";
import { createTestApp, type TestApp, type TestAppOptions } from "../../../src/testing/index.ts";

type Body = (task: Background<JobState, string[]>, name: string) => Promise<unknown>;

/** What a job does, by its name; those without an entry wait for `release`. */
export const bodies = new Map<string, Body>();
export const log: string[] = [];
const gates = new Map<string, () => void>();

/** Lets a waiting job come to its end. */
export function release(name: string): void {
  gates.get(name)?.();
}

async function work(task: Background<JobState, string[]>, name: string): Promise<unknown> {
  const body = bodies.get(name);
  log.push(`${name} begins`);
  try {
    if (body !== undefined) return await body(task, name);
    await new Promise<void>((resolve, reject) => {
      gates.set(name, resolve);
      task.task.signal.addEventListener("abort", () => reject(task.task.signal.reason as Error));
    });
    return `${name} is done`;
  } finally {
    log.push(`${name} ends`);
  }
}

/** A state with a task of each policy. */
export class JobState extends State {
  count = 0;
  lines: string[] = [];

  @event({ background: true }) async parallel(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({ background: true, policy: "single" }) async single(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({ background: true, policy: "join" }) async join(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({ background: true, policy: "queue" }) async queue(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({ background: true, policy: "replace" }) async replace(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({ background: true, policy: { limit: 2 } }) async two(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({ background: true, policy: "single", key: (name: string) => name.charAt(0) })
  async keyed(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({ background: true, policy: "join", per: "app" })
  async shared(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({ background: true, policy: "queue", per: "app" })
  async line(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({ background: true, timeoutMs: 1_000 }) async limited(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({ background: true, onDisconnect: "cancel", policy: "queue" })
  async tied(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({
    background: true,
    retry: { attempts: 3, minMs: 1_000, maxMs: 1_500, when: (error) => !(error instanceof PublicError) },
  })
  async retried(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }
  @event({
    background: true,
    onDisconnect: "cancel",
    policy: "queue",
    retry: { attempts: 3, minMs: 1_000 },
  })
  async tiedRetried(this: Background<JobState, string[]>, name: string) {
    return work(this, name);
  }

  @event run(name: string) {
    return bodies.get(name)!(this as never, name);
  }
}

/** An app with one page, and nothing left of the test before. */
export async function start(options: Partial<TestAppOptions> = {}) {
  bodies.clear();
  gates.clear();
  log.length = 0;
  const test: TestApp = createTestApp({ states: [JobState], ...options });
  const page = test.connect();
  const state = page.state(JobState);
  await test.settle();
  return { test, page, state, [Symbol.asyncDispose]: () => test.close() };
}
