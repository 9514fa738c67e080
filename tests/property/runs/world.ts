import { expect } from "vitest";
import type { Run } from "../../../src/index.ts";
import type { BackgroundTask } from "../../../src/server/index.ts";
import { createTestApp, MemoryStorage, type TestApp, type TestPage } from "../../../src/testing/index.ts";
import { countTimers } from "../count-timers.ts";
import { batched, lent, RunsState, setStage, triggerAll, type Stage } from "./jobs.ts";
import { Oracle, type OracleRun } from "./oracle.ts";
import { GRACE_MS, KEEP_MS, LEFT_MS, LOST_MS, spawnOf, TASK_NAMES, TASKS, type Plan, type TaskName } from "./plans.ts";

const SESSIONS = 3;
/** No session of a history expires before its end. */
const TTL_MS = 1e9;

/** How a start, or a run, came out for somebody who has a handle of it. */
interface Seen {
  readonly plan: Plan;
  readonly run: Run | BackgroundTask | undefined;
  outcome: { readonly value: unknown } | { readonly error: unknown } | undefined;
  /** Of a page that was closed since: nobody tells it anything. */
  isOrphan: boolean;
  isChecked: boolean;
}

interface Tab {
  readonly storage: MemoryStorage;
  page: TestPage;
  /** `stalled`: nothing that it is sent arrives. */
  state: "up" | "stalled" | "down" | "left";
  /** The handles of its document. */
  handles: Seen[];
}

/** An app and its pages, real, beside the oracle. */
export class World implements Stage {
  readonly oracle = new Oracle();
  readonly test: TestApp;
  readonly tabs: Tab[] = [];
  readonly #plans = new Map<string, Plan>();
  readonly #ids = new Map<OracleRun, string>();
  readonly #handles: Seen[] = [];
  readonly #entries = new Map<string, BackgroundTask>();
  readonly #gates = new Map<string, () => void>();
  readonly #begun = new Map<string, string[]>();
  /** Methods that go on, by lane, with the run's id. */
  readonly #working = new Map<string, Set<string>>();
  /** All that are set, also those that keep no process alive. */
  readonly #timers: ReadonlySet<object>;

  constructor() {
    setStage(this);
    batched.clear();
    lent.clear();
    this.test = createTestApp({
      states: [RunsState],
      cancelGraceMs: GRACE_MS,
      closeGraceMs: LEFT_MS,
      lostGraceMs: LOST_MS,
      sessionTtlMs: TTL_MS,
      lockTimeoutMs: 0,
      keepRuns: 1_000,
      keepRunsMs: KEEP_MS,
    });
    this.#timers = countTimers(this.test.clock);
  }

  async open(): Promise<void> {
    for (let at = 0; at < SESSIONS; at += 1) {
      const storage = new MemoryStorage();
      this.tabs.push({ storage, page: this.#connect(storage), state: "up", handles: [] });
    }
    await this.test.settle();
    for (const [at, { page }] of this.tabs.entries()) void page.state(RunsState).lend(`${at}`);
    await this.test.settle();
  }

  #connect(storage: MemoryStorage): TestPage {
    const page = this.test.connect({ storage, client: { onError: () => {} } });
    page.state(RunsState);
    for (const task of TASK_NAMES) page.client.state({ stateName: `RunsState.${task}` }).subscribe(() => {});
    return page;
  }

  // --- what happens ---

  add(plans: readonly Plan[]): void {
    for (const plan of plans) this.#plans.set(plan.id, plan);
  }

  async startFromPage(session: number, plan: Plan): Promise<void> {
    const tab = this.#tab(session);
    if (tab.state !== "up") return this.startFromTask(session, plan);
    const started = tab.page.state(RunsState)[plan.task](plan.key, plan.id);
    this.oracle.start(plan, session);
    const seen = await started.then(
      (run) => this.#follow(plan, run),
      (error: unknown): Seen => ({ plan, run: undefined, outcome: { error }, isOrphan: false, isChecked: false }),
    );
    if (seen.run === undefined) this.#handles.push(seen);
    tab.handles.push(seen);
  }

  startFromTask(session: number, plan: Plan): void {
    this.#follow(plan, lent.get(`${session}`)!.trigger(RunsState)[plan.task](plan.key, plan.id));
    this.oracle.start(plan, session);
  }

  /** Starts from within a window: of a handler, a task, or code outside. */
  async startInWindow(
    session: number,
    plans: readonly Plan[],
    isUndone: boolean,
    by: "handler" | "task" | "app",
  ): Promise<void> {
    const { page, state } = this.#tab(session);
    const ids = plans.map(({ id }) => id);
    const nothing = (): void => {};
    if (by === "app" || state !== "up") {
      const token = lent.get(`${session}`)!.router.session.clientToken;
      await this.test.app.modifyState(token, RunsState, (self) => triggerAll(self, ids, isUndone)).catch(nothing);
    } else if (by === "handler") await page.state(RunsState).batch(ids, isUndone).catch(nothing);
    else await page.state(RunsState).batchLater(ids, isUndone);
    for (const plan of plans) {
      if (isUndone) this.oracle.undo(plan);
      else this.oracle.start(plan, session);
    }
    await this.test.settle();
    for (const plan of plans) this.#follow(plan, batched.get(plan.id)!);
  }

  cancelEntry(at: number): void {
    const run = pick(this.oracle.live, at);
    if (run === undefined) return;
    this.#entry(run).cancel();
    this.oracle.cancel(run);
  }

  /** By a handle, which is a page's or the server's. */
  cancelHandle(at: number): void {
    const seen = pick(
      this.#handles.filter(({ isOrphan, run }) => run !== undefined && !isOrphan),
      at,
    );
    if (seen === undefined) return;
    const tab = this.tabs.find(({ handles }) => handles.includes(seen));
    if (tab !== undefined && tab.state !== "up") return;
    const ask = this.oracle.asks.get(seen.plan.id)!;
    void (seen.run!.cancel() as unknown);
    if ("run" in ask) this.oracle.cancel(ask.run);
  }

  openGate(at: number): void {
    const run = pick(
      this.oracle.runs.filter(
        ({ plan, method, isLost }) =>
          plan.wait === "gate" && (method === "works" || isLost) && this.#gates.has(plan.id),
      ),
      at,
    );
    if (run === undefined) return;
    this.#gates.get(run.plan.id)!();
    this.#gates.delete(run.plan.id);
    this.oracle.open(run);
  }

  async settle(): Promise<void> {
    await this.test.settle();
    this.oracle.settle();
  }

  async advance(ms: number): Promise<void> {
    await this.test.advance(ms);
    this.oracle.advance(ms);
  }

  /** What the page is sent stays on its way; to be lost, where the page is disconnected next. */
  stall(session: number): void {
    const tab = this.#tab(session);
    if (tab.state !== "up") return;
    tab.state = "stalled";
    tab.page.stall("received");
  }

  /** One message of those on their way arrives. */
  step(session: number): void {
    const tab = this.#tab(session);
    if (tab.state === "stalled") tab.page.step("received");
  }

  disconnect(session: number): void {
    const tab = this.#tab(session);
    if (tab.state !== "up" && tab.state !== "stalled") return;
    tab.state = "down";
    tab.page.disconnect();
    this.oracle.pageLeaves(session, "disconnected");
  }

  leave(session: number): void {
    const tab = this.#tab(session);
    if (tab.state !== "up" && tab.state !== "stalled") return;
    tab.state = "left";
    for (const seen of tab.handles.splice(0)) seen.isOrphan = true;
    tab.page.leave();
    this.oracle.pageLeaves(session, "left");
  }

  /** Whatever is wrong with the page, it is there again: up to date, reconnected, or reloaded. */
  comeBack(session: number): void {
    const tab = this.#tab(session);
    if (tab.state === "up") return;
    if (tab.state === "left") tab.page = this.#connect(tab.storage);
    else tab.page.flow();
    if (tab.state === "down") tab.page.reconnect();
    tab.state = "up";
    this.oracle.pageArrives(session);
  }

  // --- what jobs tell and are told ---

  plan(id: string): Plan {
    return this.#plans.get(id)!;
  }

  begins(plan: Plan, attempt: number, runId: string): () => void {
    const { task, key } = plan;
    const rules: { policy: unknown; isKeyed?: boolean; isOfApp?: boolean } = TASKS[task];
    const entries = [...this.test.app.backgroundTasks];
    const entry = entries.find(({ id }) => id === runId);
    expect(entry?.status, `${plan.id} begins`).toBe("running");
    const lane = `${task} ${rules.isOfApp === true ? "app" : entry!.session}${rules.isKeyed === true ? ` ${key}` : ""}`;
    let working = this.#working.get(lane);
    if (working === undefined) this.#working.set(lane, (working = new Set()));
    const check = (): void => {
      if (rules.policy === "parallel") return;
      const live = [...this.test.app.backgroundTasks].filter(({ id }) => working.has(id));
      expect(live.length, `${lane} has too many at ${plan.id}`).toBeLessThanOrEqual(rules.policy === 2 ? 2 : 1);
    };
    working.add(runId);
    check();
    if (!this.#begun.has(lane)) this.#begun.set(lane, []);
    // In which order runs that go on beside each other are tried again is nobody's business.
    if (attempt === 1) this.#begun.get(lane)!.push(plan.id);
    return () => {
      check();
      working.delete(runId);
    };
  }

  gate(id: string, open: () => void): void {
    this.#gates.set(id, open);
  }

  purge(plan: Plan, runId: string): void {
    for (const entry of [...this.test.app.backgroundTasks])
      if (entry.id !== runId && entry.name === `RunsState.${plan.task}`) entry.cancel();
  }

  spawn(plan: Plan, why: "begin" | "abort", triggers: (task: TaskName, plan: Plan) => Run): void {
    const spawned = spawnOf(plan, why);
    this.add([spawned]);
    const handle = triggers(spawned.task, spawned);
    // The handle's own result is a wait of the task that has spawned it, and rejects with that.
    const entry = [...this.test.app.backgroundTasks].find(({ id }) => id === handle.id);
    this.#follow(spawned, handle, (entry ?? handle).result);
  }

  // --- what must be so ---

  /** All is quiet: server, pages and oracle must agree. */
  check(): void {
    this.#learn();
    const shown = [...this.test.app.backgroundTasks].map(({ id, status, attempt }) => ({ id, status, attempt }));
    expect(shown, "app.backgroundTasks").toEqual(
      this.oracle.live.map((run) => ({ id: this.#ids.get(run), status: run.status, attempt: run.attempt })),
    );
    for (const [session, { page, state }] of this.tabs.entries()) {
      if (state !== "up") continue;
      for (const task of TASK_NAMES) {
        const { values } = page.client.state({ stateName: `RunsState.${task}` });
        const known = this.oracle.list(session, task);
        if (known.length === 0 && (values?.["runs"] as unknown[] | undefined)?.length === 0) continue;
        expect(values, `page ${session} of ${task}`).toEqual({
          runs: known.map((run) => this.#record(run)),
        });
      }
    }
    this.#checkHandles(false);
  }

  /** The versions of runs and those of the state are the same: neither may hide the other. */
  async checkState(): Promise<void> {
    for (const [session, { page }] of this.tabs.entries()) {
      const token = lent.get(`${session}`)!.router.session.clientToken;
      const values = await this.test.app.modifyState(token, RunsState, ({ count, cleaned }) => ({ count, cleaned }));
      expect(page.client.state(RunsState).values, `page ${session}`).toEqual(values);
    }
  }

  /** The pages leave first: they would come back to an app that is closed. */
  async close(graceMs: number): Promise<void> {
    for (const session of this.tabs.keys()) this.leave(session);
    await this.settle();
    const closed = this.test.app.close({ graceMs });
    await this.test.settle();
    if (graceMs > 0) {
      this.oracle.close();
      await this.test.advance(graceMs);
      this.oracle.advance(graceMs);
    }
    this.oracle.endAll();
    await this.advance(GRACE_MS + 1);
    await closed;
  }

  /** All has come to its end: nothing may be left, and everybody must have been told. */
  async end(): Promise<void> {
    this.#learn();
    const { test, oracle } = this;
    expect(oracle.live).toEqual([]);
    expect([...test.app.backgroundTasks].map(({ name }) => name)).toEqual([]);
    this.#checkHandles(true);
    for (const [id, { result }] of this.#entries) {
      const run = [...this.#ids].find(([, known]) => known === id)![0];
      const outcome = await result.then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      expectOutcome(outcome, run, "entry");
    }
    const begun = [...this.#begun.values()].map((log) => log.join()).toSorted();
    expect(begun, "begun, by lane").toEqual([...oracle.begun.values()].map((log) => log.join()).toSorted());
    expect(test.errors.map(({ error }) => (error as Error).message).toSorted()).toEqual(oracle.reported.toSorted());
    const abandoned = test.logs.filter(({ message }) => message.includes("it is abandoned"));
    expect(abandoned.length, "abandoned").toBe(oracle.abandoned);
    const lost = oracle.runs.filter(({ isLost }) => isLost).map(({ plan }) => `RunsState.${plan.task}`);
    const named = test.logs.find(({ fields }) => fields["tasks"] !== undefined)?.fields["tasks"];
    if (lost.length > 0) expect(named, "what did not end").toEqual(expect.arrayContaining(lost));
    await test.close();
    // What the pages still had to do is done by then.
    test.clock.advance(5_000);
    expect(this.#timers.size, "timers").toBe(0);
  }

  #tab(session: number): Tab {
    return this.tabs[session]!;
  }

  #follow(plan: Plan, run: Run, result: Promise<unknown> = run.result): Seen {
    const seen: Seen = { plan, run, outcome: undefined, isOrphan: false, isChecked: false };
    this.#handles.push(seen);
    result.then(
      (value) => (seen.outcome = { value }),
      (error: unknown) => (seen.outcome = { error }),
    );
    return seen;
  }

  #entry(run: OracleRun): BackgroundTask {
    this.#learn();
    return this.#entries.get(this.#ids.get(run)!)!;
  }

  /** Which run of the server's is which one of the oracle's: by the handle of who started it. */
  #learn(): void {
    for (const { plan, run: handle } of this.#handles) {
      const ask = this.oracle.asks.get(plan.id);
      if (handle === undefined || ask === undefined || !("run" in ask)) continue;
      const known = this.#ids.get(ask.run);
      if (known === undefined) this.#ids.set(ask.run, handle.id);
      else expect(handle.id, `the run of ${plan.id}`).toBe(known);
    }
    for (const entry of this.test.app.backgroundTasks) this.#entries.set(entry.id, entry);
  }

  /** Those whose end was checked are checked once more at the history's end. */
  #checkHandles(isLast: boolean): void {
    for (const seen of this.#handles) {
      const { plan, run: handle, outcome, isOrphan } = seen;
      if (seen.isChecked && !isLast) continue;
      seen.isChecked = outcome !== undefined;
      const ask = this.oracle.asks.get(plan.id)!;
      if (isOrphan) continue;
      if (!("run" in ask)) {
        expect(outcome, plan.id).toMatchObject({
          error: ask.refused === "undone" ? { reason: "undone" } : { code: ask.refused },
        });
        if (ask.by !== undefined) expect(outcome).toMatchObject({ error: { runId: this.#ids.get(ask.by) } });
        if (handle !== undefined) expect(handle.status).toBe(ask.refused === "undone" ? "cancelled" : "failed");
        continue;
      }
      const tab = this.tabs.find(({ handles }) => handles.some((seen) => seen.run === handle));
      if (tab !== undefined && tab.state !== "up") continue;
      const { run } = ask;
      if (outcome !== undefined && "error" in outcome && (outcome.error as { code: string }).code === "RUN_FORGOTTEN") {
        expect(tab, plan.id).toBeDefined();
        expect(run.endedAt! + KEEP_MS, `${plan.id} is forgotten`).toBeLessThanOrEqual(this.oracle.now);
        continue;
      }
      expect([handle!.status, handle!.attempt], plan.id).toEqual([run.status, run.attempt]);
      expectOutcome(outcome, run, plan.id);
    }
  }

  /** A run as a page is to see it. */
  #record(run: OracleRun): object {
    const { plan, status, attempt, startedAt, endedAt, reason, error } = run;
    const wallStart = this.test.clock.wallNow() - this.test.clock.now();
    const id = this.#ids.get(run)!;
    return {
      id,
      status,
      attempt,
      ...(startedAt === undefined ? {} : { startedAt: wallStart + startedAt }),
      ...(endedAt === undefined ? {} : { endedAt: wallStart + endedAt }),
      ...(status === "succeeded" ? { result: `${plan.id} is done` } : {}),
      ...(error === undefined ? {} : { error: expect.objectContaining({}) as unknown }),
      ...(reason === undefined ? {} : { reason }),
    };
  }
}

function expectOutcome(outcome: Seen["outcome"], { plan, status, reason, error }: OracleRun, what: string): void {
  const text = `${what}: ${plan.id} ${status}`;
  if (status === "queued" || status === "running") expect(outcome, text).toBeUndefined();
  else if (status === "succeeded") expect(outcome, text).toEqual({ value: `${plan.id} is done` });
  else if (status === "cancelled") expect(outcome, text).toMatchObject({ error: { code: "TASK_CANCELLED", reason } });
  else {
    const told = (outcome as { error: Error & { code?: string } }).error;
    if (told.code === "EVENT_FAILED") return; // what a page is told of it
    expect(told.message, text).toBe(error);
  }
}

function pick<T>(items: readonly T[], at: number): T | undefined {
  return items[at % items.length];
}
