import { expect, it } from "vitest";
import { Journey, travel } from "./journey.ts";
import type { Ending, FaultLink } from "../../support/fault-proxy.ts";

type Direction = "toServer" | "toClient";

/** How much passes in each direction where nothing breaks. */
async function measure(journey: Journey): Promise<Record<Direction, { bytes: number; frames: number }>> {
  journey.proxy.onLink = () => {};
  const before = journey.proxy.links.length;
  await travel(journey);
  const { toServer, toClient } = journey.proxy.links[before]!;
  return { toServer: toServer.meter, toClient: toClient.meter };
}

const points = (count: number, step: number): number[] =>
  Array.from({ length: Math.ceil(count / step) }, (_, at) => at * step);

const cases = (["toServer", "toClient"] as const).flatMap((direction) =>
  (["reset", "end"] as const).map((ending) => [direction, ending] as const),
);

it.each(cases)(
  "2.4.4 cut after each message %s (%s): nothing is lost, nothing comes twice",
  async (direction, ending) => {
    await using journey = await Journey.begin();
    const { frames } = (await measure(journey))[direction];
    expect(frames).toBeGreaterThan(10);
    for (const at of points(frames + 1, 1)) {
      const first = journey.proxy.links.length;
      journey.proxy.onLink = (link, index) => index === first && link[direction].cutAfterFrames(at, ending);
      await travel(journey);
    }
  },
);

it.each(cases)("2.4.4 cut in the middle of anything %s (%s): the same", async (direction, ending) => {
  await using journey = await Journey.begin();
  const { bytes } = (await measure(journey))[direction];
  for (const at of points(bytes, 101)) {
    const first = journey.proxy.links.length;
    journey.proxy.onLink = (link, index) => index === first && link[direction].cutAfterBytes(at, ending);
    await travel(journey);
  }
});

it("2.4.4 where each connection is cut a little later than the one before, the page gets there", async () => {
  await using journey = await Journey.begin();
  for (const direction of ["toServer", "toClient"] as const) {
    for (const step of [1, 3]) {
      const first = journey.proxy.links.length;
      journey.proxy.onLink = (link, index) => link[direction].cutAfterFrames((index - first) * step, "reset");
      await travel(journey);
    }
  }
});

it("2.4.4 on lines that are slow, late, or that stall now and then, everything comes, once", async () => {
  await using journey = await Journey.begin();
  const bad: ((link: FaultLink) => void)[] = [
    (link) => (link.toServer.delayMs = link.toClient.delayMs = 2),
    (link) => (link.toClient.bytesPerSecond = 20_000),
    (link) => (link.toServer.bytesPerSecond = 20_000),
    (link) => {
      link.toServer.stall();
      setTimeout(() => link.toServer.resume(), 20);
    },
    (link) => {
      link.toClient.stall();
      setTimeout(() => link.toClient.resume(), 20);
    },
  ];
  for (const make of bad) {
    journey.proxy.onLink = make;
    await travel(journey);
  }
});

it.each<Ending>(["reset", "end"])("2.4.4 cut from outside again and again while a page works (%s)", async (ending) => {
  await using journey = await Journey.begin();
  let isOver = false;
  const cutting = (async () => {
    for (let at = 0; !isOver; at += 1) {
      const link = await Promise.race([
        journey.proxy.link(at),
        new Promise<void>((resolve) => setTimeout(resolve, 200)),
      ]);
      if (link === undefined) break;
      await new Promise((resolve) => setTimeout(resolve, 3 + (at % 7) * 3));
      link.cut(ending);
    }
  })();
  for (let round = 0; round < 5; round += 1) await travel(journey);
  isOver = true;
  await cutting;
});
