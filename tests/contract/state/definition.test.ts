import { expect, it } from "vitest";
import {
  DuplicateStateError,
  event,
  State,
  StateDefinitionError,
  StateUnavailableError,
  type Background,
} from "../../../src/index.ts";
import { App } from "../../../src/server/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

/** What the app says against a state class. */
function refusal(stateClass: unknown): string {
  try {
    createTestApp({ states: [stateClass as typeof State] });
  } catch (error) {
    expect(error).toBeInstanceOf(StateDefinitionError);
    return (error as Error).message;
  }
  return "accepted";
}

class Fine extends State {
  value = 1;
}

it("2.1.1 a name used twice is refused, naming both files", () => {
  const make = (): typeof State => {
    class Twice extends State {
      @event go() {}
    }
    return Twice;
  };
  expect(() => createTestApp({ states: [make(), make()] })).toThrow(DuplicateStateError);
  expect(() => createTestApp({ states: [make(), make()] })).toThrow(
    /Twice: one in .*definition\.test\.ts, one in .*definition\.test\.ts/,
  );
  expect(
    () => new App({ states: [Fine, class Fine extends State {}], sources: { Fine: "src/fine.state.ts" } }),
  ).toThrow(/src\/fine\.state\.ts/);
});

it("2.1.1 what is not a state class is refused, undefined with a hint at circular imports", () => {
  expect(refusal(undefined)).toMatch(/undefined is not a state class.*circle/);
  expect(refusal(class NoState {})).toMatch(/NoState is not a state class: it must extend State/);
  expect(refusal((() => class extends State {})())).toMatch(/no name/);
});

it("2.1.1 initialisers can't use router, app or getState", () => {
  class Early extends State {
    path = this.router.page.path;
  }
  class EarlyToo extends State {
    other = this.getState(Fine).value;
  }
  class EarlyApp extends State {
    size = this.app.backgroundTasks.size;
  }
  for (const stateClass of [Early, EarlyToo, EarlyApp]) {
    expect(() => createTestApp({ states: [stateClass] })).toThrow(StateUnavailableError);
    expect(() => createTestApp({ states: [stateClass] })).toThrow(/initialiser, a constructor.*event handler/);
  }
});

it("2.1.1 statics are not state", async () => {
  class WithStatics extends State {
    static limit = 3;
    value = WithStatics.limit;
  }
  await using test = createTestApp({ states: [WithStatics] });
  const page = test.connect().state(WithStatics);
  await test.settle();
  expect(Object.keys(page)).toEqual(["value"]);
});

it("2.1.5 an override of an event repeats @event, and can't turn a handler into a task or back", () => {
  class Base extends State {
    @event go() {}
    @event({ background: true }) async work(this: Background<Base>) {}
  }
  class Unmarked extends Base {
    override go() {}
  }
  class Turned extends Base {
    @event({ background: true }) override async go(this: Background<Turned>) {}
  }
  class Back extends Base {
    @event override async work() {}
  }
  expect(refusal(Unmarked)).toMatch(/Unmarked\.go is a public method without @event.*an override repeats the @event/);
  expect(refusal(Turned)).toMatch(/Turned\.go overrides a handler with a background task/);
  expect(refusal(Back)).toMatch(/Back\.work overrides a background task with a handler/);
});

it.each(["app", "router", "getState", "reset", "trigger", "lock", "task"])(
  "2.1.7 a var or a method named %s is refused, with a name to take instead",
  (name) => {
    const withField = { Taken: class Taken extends State {} }.Taken;
    class Field extends withField {
      constructor() {
        super();
        Object.defineProperty(this, name, { value: 1, enumerable: true });
      }
    }
    class Method extends State {}
    Object.defineProperty(Method.prototype, name, { value() {}, configurable: true });
    expect(refusal(Field)).toMatch(new RegExp(`Field\\.${name} takes one of the framework's own names.*_${name}`));
    expect(refusal(Method)).toMatch(new RegExp(`Method\\.${name} takes one of the framework's own names`));
  },
);

it("2.1.7 a #private member is refused with the way out", () => {
  class Hidden extends State {
    #secret = 1;
    get shown() {
      return this.#secret;
    }
  }
  class HiddenMethod extends State {
    @event go() {
      this.#help();
    }
    #help() {}
  }
  expect(refusal(Hidden)).toMatch(/Hidden\.#secret is a #private member.*Name it _secret/);
  expect(refusal(HiddenMethod)).toMatch(/HiddenMethod\.#help is a #private member/);
});

it("2.1.7 a public method without @event, and a field that holds a function, are refused with the way out", () => {
  class Open extends State {
    save() {}
  }
  class Arrow extends State {
    save = () => {};
  }
  expect(refusal(Open)).toMatch(/Open\.save is a public method without @event.*Mark it @event, or name it _save/);
  expect(refusal(Arrow)).toMatch(/Arrow\.save is a field that holds a function.*@event save\(\)/);
});

it("2.1.7 a var that some instances don't have, and a setter without a getter, are refused", () => {
  let count = 0;
  class Sometimes extends State {
    constructor() {
      super();
      if ((count += 1) > 1) (this as unknown as { odd: number }).odd = 1;
    }
  }
  const test = createTestApp({ states: [Sometimes] });
  expect(() => test.app.htmlData()).toThrow(/Sometimes\.odd is set in some instances only/);
  class WriteOnly extends State {
    set value(_value: number) {}
  }
  expect(refusal(WriteOnly)).toMatch(/WriteOnly\.value has a setter and no getter/);
});

it("2.2.1 @event refuses what can't be an event", () => {
  expect(() => {
    class Bad extends State {
      // @ts-expect-error a static member
      @event static go() {}
    }
    return Bad;
  }).toThrow(/@event is on a static member \("go"\)/);
  expect(() => {
    class Bad extends State {
      // @ts-expect-error not a method
      @event value = 1;
    }
    return Bad;
  }).toThrow(/@event is on a field \("value"\)/);
  class Underscore extends State {
    @event _hidden() {}
  }
  expect(refusal(Underscore)).toMatch(/Underscore\._hidden is marked @event.*Drop the _ or the @event/);
});

it("2.3.1 a background task that is not an async method is refused, and options go where they belong", () => {
  expect(() => {
    class Bad extends State {
      // @ts-expect-error not async
      @event({ background: true }) go(this: Background<Bad>) {}
    }
    return Bad;
  }).toThrow(/background task "go" is not an async method/);
  expect(() => {
    class Bad extends State {
      // @ts-expect-error a generator
      @event({ background: true }) async *go(this: Background<Bad>) {}
    }
    return Bad;
  }).toThrow(/background task "go" is not an async method/);
  expect(() => {
    class Bad extends State {
      // @ts-expect-error a handler
      @event({ onDisconnect: "cancel" }) go() {}
    }
    return Bad;
  }).toThrow(/onDisconnect, which is for background tasks/);
});
