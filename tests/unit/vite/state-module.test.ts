import { describe, expect, test } from "vitest";
import { OWN_NAMES } from "../../../src/state/inspect-class.ts";
import { FRAMEWORK_NAMES } from "../../../src/vite/check-state-class.ts";
import { SourceError } from "../../../src/vite/source-error.ts";
import { readStateModule } from "../../../src/vite/state-module.ts";
import { StatePattern } from "../../../src/vite/state-pattern.ts";

const pattern = new StatePattern();
const HEAD = 'import { State, event } from "meanwhile";\n';

const read = (code: string) =>
  readStateModule("/app/src/my.state.ts", code, (specifier) => pattern.matchesSpecifier(specifier));
const statesOf = (code: string) =>
  read(code).states.map(({ exportName, stateName }) =>
    exportName === stateName ? exportName : `${stateName} as ${exportName}`,
  );
/** Problems as an editor would show them: line and column from 1. */
const problemsOf = (code: string) =>
  read(code).problems.map((problem) => {
    const { loc, message } = new SourceError(problem);
    return `${loc.line}:${loc.column + 1} ${message}`;
  });

describe("the exports that are states", () => {
  test("classes that extend State, directly or by way of classes of the module", () => {
    expect(
      statesOf(`${HEAD}export class A extends State {} class Base extends State {} export class B extends Base {}`),
    ).toEqual(["A", "B"]);
  });

  test("by other names, as default and as class expressions", () => {
    expect(statesOf(`${HEAD}class A extends State {} export { A as Renamed, A as "quoted name" };`)).toEqual([
      "A as Renamed",
      "A as quoted name",
    ]);
    expect(statesOf(`${HEAD}export default class A extends State {}`)).toEqual(["A as default"]);
    expect(statesOf(`${HEAD}class A extends State {} export default A;`)).toEqual(["A as default"]);
    expect(
      statesOf(`${HEAD}export const A = class extends State {}; export const B = class Own extends State {};`),
    ).toEqual(["A", "Own as B"]);
  });

  test("through a namespace, a renamed import, mixins and classes of other state modules", () => {
    expect(statesOf('import * as m from "meanwhile"; export class A extends m.State {}')).toEqual(["A"]);
    expect(statesOf('import { State as Base } from "meanwhile"; export class A extends Base {}')).toEqual(["A"]);
    expect(statesOf(`${HEAD}import { timed } from "./timed"; export class A extends timed(State) {}`)).toEqual(["A"]);
    expect(statesOf('import { Base } from "./base.state"; export class A extends Base {}')).toEqual(["A"]);
    expect(statesOf('import { Base } from "./base"; export class A extends Base {}')).toEqual(["A"]);
  });

  test("not: abstract classes, classes that extend nothing, globals or Node's, functions, values", () => {
    const { states, serverOnly } = read(
      `${HEAD}import { EventEmitter } from "node:events";
      export abstract class Base extends State {}
      export class Plain {}
      export class Failure extends Error {}
      export class Bus extends EventEmitter {}
      export function helper() {}
      export const [limit, { deep, ...rest }] = [1, { deep: 2 }];
      export enum Color { Red }`,
    );
    expect(states).toEqual([]);
    expect([...serverOnly]).toEqual(["Base", "Plain", "Failure", "Bus", "helper", "limit", "deep", "rest", "Color"]);
  });

  test("types are no values", () => {
    const { states, serverOnly } = read(
      `${HEAD}export type Id = string; export interface Row {} export type { X } from "./x"; export { type Y } from "./y";
      export declare const ambient: number; interface Z {} interface W {} export { type Z, W }; export class A extends State {}`,
    );
    expect(states.map(({ exportName }) => exportName)).toEqual(["A"]);
    expect([...serverOnly]).toEqual([]);
  });

  test("what it passes on from others is known by where it comes from", () => {
    const { reexports, serverOnly } = read(
      'import { B } from "./b.state"; export { B }; export { C as D, type T } from "./c.state"; export * from "./e.state"; export * as all from "./f";',
    );
    expect(reexports).toEqual([
      { specifier: "./b.state", names: [{ imported: "B", exported: "B" }] },
      { specifier: "./c.state", names: [{ imported: "C", exported: "D" }] },
      { specifier: "./e.state", names: undefined },
    ]);
    expect([...serverOnly]).toEqual(["all"]);
  });
});

describe("mistakes, with their places", () => {
  test("the framework's own names are the state room's", () => {
    expect([...FRAMEWORK_NAMES].sort()).toEqual([...OWN_NAMES].sort());
  });

  test.each([...FRAMEWORK_NAMES])("%s as a field, a getter or a method", (name) => {
    const message = (column: number) =>
      new RegExp(
        `^2:${column} A\\.${name} takes one of the framework's own names \\(app, .*Rename it, for example to _${name} or my`,
      );
    expect(problemsOf(`${HEAD}export class A extends State { ${name} = 1; }`)).toEqual([
      expect.stringMatching(message(32)),
    ]);
    expect(problemsOf(`${HEAD}export class A extends State { get ${name}() { return 1; } }`)).toEqual([
      expect.stringMatching(message(36)),
    ]);
    expect(problemsOf(`${HEAD}export class A extends State { @event ${name}() {} }`)).toEqual([
      expect.stringMatching(message(39)),
    ]);
    expect(problemsOf(`${HEAD}export class A extends State { static ${name} = 1; declare ${name}: never; }`)).toEqual(
      [],
    );
  });

  test("#private members", () => {
    expect(problemsOf(`${HEAD}export class A extends State {\n  #secret = 1;\n  #help() {}\n}`)).toEqual([
      "3:3 A.#secret is a #private member: it would live outside the state, unsaved and unlocked. Name it _secret; names that begin with _ never leave the server.",
      "4:3 A.#help is a #private member: it would live outside the state, unsaved and unlocked. Name it _help; names that begin with _ never leave the server.",
    ]);
    expect(problemsOf(`${HEAD}export class A extends State {\n  accessor n = 1;\n}`)).toEqual([
      expect.stringMatching(/^3:12 A\.n is an auto-accessor/),
    ]);
  });

  test("public methods without @event; getters, setters, statics, overloads, backend names and other decorators are fine", () => {
    expect(
      problemsOf(`${HEAD}export class A extends State {\n  async save() {}\n  *rows() {}\n  "quoted name"() {}\n}`),
    ).toEqual([
      "3:9 A.save is a public method without @event: a page can't call it, and a reader can't tell. Mark it @event, or name it _save.",
      expect.stringMatching(/^4:4 A\.rows is/),
      expect.stringMatching(/^5:3 A\.quoted name is/),
    ]);
    expect(
      problemsOf(
        `${HEAD}import { logged } from "./logged";
        export class A extends State {
          static make() {} get half() { return 1; } set half(value) {} _help() {} constructor() { super(); }
          go(): void; @event go(n?: number) {} @logged audited() {} [Symbol.iterator]() {} static { }
        }`,
      ),
    ).toEqual([]);
  });

  test("fields that hold functions, and events with backend names", () => {
    expect(problemsOf(`${HEAD}export class A extends State {\n  save = () => {};\n  @event _hidden() {}\n}`)).toEqual([
      "3:3 A.save is a field that holds a function. Make it a method: `@event save() { ... }` if the page may call it, `_save() { ... }` if not.",
      "4:10 A._hidden is marked @event, and names that begin with _ can't be called from a page. Drop the _ or the @event.",
    ]);
  });

  test("@event where event is not imported", () => {
    const bare =
      "A.go is marked with an `event` that this module does not import: browsers have a global of that name, so nothing else warns. " +
      'Add: import { event } from "meanwhile";';
    expect(
      problemsOf('import { State } from "meanwhile";\nexport class A extends State {\n  @event go() {}\n}'),
    ).toEqual([`3:4 ${bare}`]);
    expect(
      problemsOf('import { State } from "meanwhile";\nexport class A extends State {\n  @event({}) go() {}\n}'),
    ).toEqual([`3:4 ${bare}`]);
    expect(
      problemsOf(
        'import { State } from "meanwhile"; import { event } from "./own"; export class A extends State { @event go() {} }',
      ),
    ).toEqual([]);
    expect(
      problemsOf(
        'import { State, event as on } from "meanwhile"; export class A extends State { @on go() {} @on() _x() {} }',
      ),
    ).toHaveLength(1);
  });

  test("a default export without a name", () => {
    expect(problemsOf(`${HEAD}export default class extends State {}`)).toEqual([
      "2:16 This state class has no name, and states are known by their name everywhere: write export default class MyState extends ...",
    ]);
  });

  test("classes that may be no states are left to the app, unless they have events", () => {
    expect(problemsOf('import { AppError } from "./errors"; export class A extends AppError { report() {} }')).toEqual(
      [],
    );
    expect(problemsOf('import { AppError } from "./errors"; class Helper { #cache = 1; lock() {} }')).toEqual([]);
    expect(
      problemsOf(
        `import { event } from "meanwhile"; export const mixin = (Base) => class extends Base { @event go() {} stop() {} };`,
      ),
    ).toEqual([expect.stringContaining("This state.stop is a public method without @event")]);
  });

  test("abstract states and those not exported follow the rules too", () => {
    expect(problemsOf(`${HEAD}abstract class Base extends State { abstract later(): void; save() {} }`)).toEqual([
      expect.stringContaining("Base.save"),
    ]);
  });

  test("columns count UTF-16 units, lines count any end of line", () => {
    expect(problemsOf(`${HEAD}// \u{1F600}\r\nexport class A extends State { /* \u{1F600} */ #x = 1; }`)).toEqual([
      expect.stringMatching(/^3:41 A\.#x/),
    ]);
  });

  test("a syntax error has its place", () => {
    expect(() => read("export class A {\n  counter = ;\n}")).toThrow(
      expect.objectContaining({
        name: "SourceError",
        id: "/app/src/my.state.ts",
        loc: { file: "/app/src/my.state.ts", line: 2, column: 12 },
      }) as Error,
    );
  });
});
