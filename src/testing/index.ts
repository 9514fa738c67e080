export { createTestApp, TestApp } from "./test-app.ts";
export type { LogEntry, ReportedError, TestAppOptions } from "./test-app.ts";
export { MemoryStorage, TestPage } from "./test-page.ts";
export type { TestPageOptions } from "./test-page.ts";
export { ManualClock } from "./manual-clock.ts";
