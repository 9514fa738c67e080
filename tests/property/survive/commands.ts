import fc from "fast-check";
import { LOST_GRACE_MS, TTL_MS, type EventName, type ModelPage, type World } from "./world.ts";

/** One thing that happens. `at` picks one of the pages that live. */
type Action = (world: World, page: ModelPage) => void | Promise<void>;

/** A command for fast-check: its name and arguments are what a failing history is printed as. */
class Command implements fc.AsyncCommand<object, World> {
  readonly #text: string;
  readonly #at: number;
  readonly #isSettled: boolean;
  readonly #act: Action;

  constructor(text: string, at: number, isSettled: boolean, act: Action) {
    this.#text = `${text}(${at}${isSettled ? "" : ", at once"})`;
    this.#at = at;
    this.#isSettled = isSettled;
    this.#act = act;
  }

  check(): boolean {
    return true;
  }

  async run(_: object, world: World): Promise<void> {
    const { living } = world;
    await this.#act(world, living[this.#at % living.length]!);
    // Else the next command comes while messages are still on their way.
    if (this.#isSettled) await world.check();
  }

  toString(): string {
    return this.#text;
  }
}

function command(text: string, act: Action): fc.Arbitrary<Command> {
  return fc.tuple(fc.nat(3), fc.boolean()).map(([at, isSettled]) => new Command(text, at, isSettled, act));
}

function commandWith<T>(
  text: string,
  argument: fc.Arbitrary<T>,
  act: (w: World, p: ModelPage, argument: T) => void | Promise<void>,
) {
  return fc
    .tuple(argument, fc.nat(3), fc.boolean())
    .map(
      ([value, at, isSettled]) =>
        new Command(`${text} ${JSON.stringify(value)}`, at, isSettled, (world, page) => act(world, page, value)),
    );
}

/** A page that replaces one that goes, in the same tab. */
async function reload(world: World, page: ModelPage): Promise<void> {
  const { atRisk, token, isStalled } = page;
  page.page.leave();
  page.isClosed = true;
  const next = await world.open(page.page.storage, page.user);
  // What the server has not heard yet (the old page's close) it finds out by a ping.
  await world.test.advance(2_000);
  next.atRisk = atRisk || token === undefined;
  next.token = token;
  // Where the old page's last messages are still on their way, the new one has them not yet.
  if (isStalled) page.page.flow();
  await world.check();
}

/** Whatever may happen to pages, lines, server and time. `hasChannel`: tabs can ask each other. */
export function commands(hasChannel: boolean): fc.Arbitrary<fc.AsyncCommand<object, World>>[] {
  const events: EventName[] = ["add", "add", "refuse", "tick", "stay"];
  return [
    commandWith("call", fc.constantFrom(...events), (world, page, name) => world.call(page, name)),
    commandWith("call many", fc.integer({ min: 2, max: 50 }), (world, page, count) => {
      for (let n = 0; n < count; n += 1) world.call(page, "add");
    }),
    commandWith("advance", fc.constantFrom(1, 100, 1_000, 5_000), (world, _, ms) => world.test.advance(ms)),
    command("cut", (_, { page }) => page.cut()),
    command("vanish", (_, page) => {
      page.deadId = page.page.client.connection.sessionId;
      page.page.vanish();
    }),
    commandWith("stall", fc.constantFrom("sent", "received", "both"), (_, page, way) => {
      page.isStalled = true;
      page.page.stall(...(way === "both" ? [] : [way]));
    }),
    commandWith("step", fc.constantFrom("sent", "received"), (_, { page }, way) => page.step(way)),
    command("flow", (_, page) => {
      page.isStalled = false;
      page.page.flow();
    }),
    command("down", (_, page) => {
      page.isDown = true;
      page.page.disconnect();
    }),
    command("up", (_, page) => {
      page.isDown = false;
      page.page.reconnect();
    }),
    command("reconnect", (_, { page, isDown }) => {
      if (!isDown) page.client.reconnect();
    }),
    command("reload", reload),
    command("duplicate", async (world, page) => {
      if (world.living.length > 2) return;
      await world.check();
      const isSafe =
        hasChannel || (page.isHealthy && page.page.client.connection.status === "connected" && !page.atRisk);
      // Nobody can tell a copy from a page that is not there.
      if (!isSafe) page.risk();
      await world.open(page.page.storage.copy(), { ...page.user });
      await world.test.advance(2_000);
      if (!isSafe) page.risk();
      await world.check();
    }),
    command("close", async (world, page) => {
      if (world.living.length < 2) return;
      page.page.leave();
      page.isClosed = true;
    }),
    command("expire", async (world) => {
      await world.check();
      for (const page of world.living) if (!page.isHealthy || page.atRisk) page.risk();
      await world.test.advance(60_000 + LOST_GRACE_MS + TTL_MS);
    }),
    command("restart", async (world) => {
      world.riskAll();
      await world.test.restart();
      world.riskAll();
      world.forgetSessions();
    }),
    commandWith("login", fc.constantFrom("ada", "bob"), (_, page, name) => {
      if (page.user.name !== name) page.risk();
      page.user.name = name;
      page.page.client.reconnect();
    }),
  ];
}
