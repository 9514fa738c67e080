import fc from "fast-check";
import { TASK_NAMES, type Plan } from "./plans.ts";
import { World } from "./world.ts";

type Draft = Omit<Plan, "id">;
type Step = (world: World) => void | Promise<void>;

/** A part of a history: `text` is what a failing one is printed as. */
interface Command {
  readonly text: string;
  readonly step: Step;
}

let count = 0;

function planned(draft: Draft): Plan {
  return { ...draft, id: `${draft.task}${(count += 1)}` };
}

const session = fc.nat(2);
const at = fc.nat(50);
/** Odd amounts, so that what is due at the same time is due for the same reason. */
const aWhile = fc.constantFrom(1, 7_001, 13_003, 29_009, 61_031, 113_041);
const deed = fc.oneof(
  { weight: 6, arbitrary: fc.constant("nothing" as const) },
  { weight: 1, arbitrary: fc.constantFrom("purge" as const, "spawn" as const) },
);

/** Half of a history's starts are of its favourite tasks, so that they meet. */
function draftOf(favourites: readonly Plan["task"][]): fc.Arbitrary<Draft> {
  return fc
    .record({
      task: fc.oneof(fc.constantFrom(...favourites), fc.constantFrom(...TASK_NAMES)),
      key: fc.constantFrom("a", "a", "b"),
      locks: fc.boolean(),
      wait: fc.oneof(
        fc.constant("none" as const),
        fc.constant("gate" as const),
        fc.constantFrom(5_011, 21_013, 47_017, 160_019),
      ),
      isDeaf: fc.boolean(),
      ends: fc.array(
        fc.constantFrom("return" as const, "throw" as const, "throw" as const, "throw" as const, "final" as const),
        { maxLength: 3, size: "max" },
      ),
      reaction: fc.constantFrom("rethrow" as const, "swallow" as const, "fail" as const),
      cleanUpMs: fc.constantFrom(0, 10_007, 70_003),
      atBegin: deed,
      atAbort: deed,
    })
    .map((draft) => {
      const isDeaf = draft.isDeaf && draft.wait === "gate";
      return { ...draft, isDeaf, locks: draft.locks && draft.wait !== "none" && !isDeaf };
    });
}

function command(text: string, step: Step): Command {
  return { text, step };
}

/** What happens in one go, with no time for what follows from it. */
function atOnce(draft: fc.Arbitrary<Draft>): fc.Arbitrary<Command> {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.tuple(session, draft).map(([where, one]) =>
        command(`start in ${where} ${JSON.stringify(one)}`, (world) => {
          const plan = planned(one);
          world.add([plan]);
          world.startFromTask(where, plan);
        }),
      ),
    },
    at.map((which) => command(`cancel ${which}`, (world) => world.cancelEntry(which))),
    at.map((which) => command(`open ${which}`, (world) => world.openGate(which))),
  );
}

function commandOf(draft: fc.Arbitrary<Draft>): fc.Arbitrary<Command> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(session, draft).map(([where, one]) =>
        command(`page ${where} starts ${JSON.stringify(one)}`, (world) => {
          const plan = planned(one);
          world.add([plan]);
          return world.startFromPage(where, plan);
        }),
      ),
    },
    {
      weight: 4,
      arbitrary: fc.array(atOnce(draft), { minLength: 1, maxLength: 5 }).map((steps) =>
        command(`at once: [${steps.map(({ text }) => text).join("; ")}]`, (world) => {
          for (const { step } of steps) void step(world);
        }),
      ),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          session,
          fc.array(draft, { minLength: 1, maxLength: 3 }),
          fc.nat(3),
          fc.constantFrom("handler" as const, "task" as const, "app" as const),
        )
        .map(([where, drafts, undone, by]) =>
          command(
            `a window (${by}${undone === 0 ? ", undone" : ""}) in ${where} starts ${JSON.stringify(drafts)}`,
            (world) => {
              const plans = drafts.map(planned);
              world.add(plans);
              return world.startInWindow(where, plans, undone === 0, by);
            },
          ),
        ),
    },
    { weight: 2, arbitrary: at.map((which) => command(`cancel ${which}`, (world) => world.cancelEntry(which))) },
    { weight: 2, arbitrary: at.map((which) => command(`cancel by ${which}`, (world) => world.cancelHandle(which))) },
    { weight: 3, arbitrary: at.map((which) => command(`open ${which}`, (world) => world.openGate(which))) },
    { weight: 4, arbitrary: aWhile.map((ms) => command(`advance ${ms}`, (world) => world.advance(ms))) },
    { weight: 1, arbitrary: session.map((where) => command(`disconnect ${where}`, (w) => w.disconnect(where))) },
    { weight: 1, arbitrary: session.map((where) => command(`stall ${where}`, (w) => w.stall(where))) },
    { weight: 1, arbitrary: session.map((where) => command(`step ${where}`, (w) => w.step(where))) },
    { weight: 1, arbitrary: session.map((where) => command(`leave ${where}`, (w) => w.leave(where))) },
    { weight: 2, arbitrary: session.map((where) => command(`come back ${where}`, (w) => w.comeBack(where))) },
  );
}

async function play(commands: readonly Command[], graceMs: number): Promise<void> {
  count = 0;
  const world = new World();
  try {
    await world.open();
    for (const { step } of commands) {
      await step(world);
      await world.settle();
      world.check();
    }
    for (const where of [0, 1, 2]) world.comeBack(where);
    await world.settle();
    world.check();
    await world.checkState();
    await world.close(graceMs);
    await world.end();
  } finally {
    world.test.clock.advance(1e7);
  }
}

/** Starts, cancellations, pages that go and come, time that passes; in the end the app is closed. */
export const history = fc
  .uniqueArray(fc.constantFrom(...TASK_NAMES), { minLength: 1, maxLength: 2 })
  .chain((favourites) =>
    fc.tuple(
      fc.array(commandOf(draftOf(favourites)), { minLength: 1, maxLength: 20, size: "max" }),
      fc.constantFrom(0, 90_017),
    ),
  )
  .map(([commands, graceMs]) => ({
    play: () => play(commands, graceMs),
    toString: () => [...commands.map(({ text }) => text), `close in ${graceMs}`].join("\n"),
  }));
