import { expect, it } from "vitest";
import { Deferred } from "../../../src/base/deferred.ts";
import { event, State, type Background } from "../../../src/index.ts";
import { App } from "../../../src/server/index.ts";
import { silent } from "./counter-state.ts";
import { RawPage } from "./raw-page.ts";

class BusyState extends State {
  @event({ background: true }) async grind(this: Background<BusyState>, ms: number) {
    await this.task.sleep(1);
    const end = performance.now() + ms;
    while (performance.now() < end);
  }
}

it("code that blocks the whole process is reported, with the tasks that were running", async () => {
  const reports: [fields: object, message: string][] = [];
  const reported = new Deferred<void>();
  const logger = {
    ...silent,
    warn: (fields: object, message: string) => {
      if (!message.startsWith("The process could do nothing")) return;
      reports.push([fields, message]);
      reported.resolve();
    },
  };
  await using app = new App({ states: [BusyState], logger, slowHoldMs: 50 });
  const { url } = await app.listen(0, "127.0.0.1");
  const page = await RawPage.hello(url);
  page.call(1, "BusyState", "grind", 300);
  await reported.promise;
  expect(reports[0]![0]).toMatchObject({ tasks: ["BusyState.grind"] });
  expect((reports[0]![0] as { blockedMs: number }).blockedMs).toBeGreaterThanOrEqual(50);
  await page.close();
});
