import { StateUnavailableError, UndeclaredVarError } from "../base/errors.ts";
import type { StateBrand, stateBrand } from "../data/deep-readonly.ts";
import type { AppHandle } from "./app-handle.ts";
import type { Triggers } from "./background.ts";
import type { Router } from "./router.ts";
import { CONTEXT, type StateContext } from "./state-context.ts";

interface Contextual {
  readonly [CONTEXT]?: StateContext;
}

function contextOf(state: object, name: string): StateContext {
  const context = (state as Contextual)[CONTEXT];
  if (context !== undefined) return context;
  throw new StateUnavailableError(
    `${state.constructor.name} uses "${name}" where there is no session: in an initialiser, a constructor, or an instance made by hand. ` +
      "Use it in an event handler or a computed var; to test a state use meanwhile/testing.",
  );
}

/**
 * The base of every state class. Its fields are the vars, its getters the computed vars, its methods marked with `@event` what a page may call;
 * names that begin with `_` never leave the server. Each session has its own instance, made when it is first needed.
 */
export abstract class State implements StateBrand {
  declare readonly [stateBrand]: true;

  /** The page that this session belongs to. */
  get router(): Router {
    return contextOf(this, "router").router as Router;
  }

  /** The app: its running background tasks, and which sessions have a page. */
  get app(): AppHandle {
    return contextOf(this, "app").app as AppHandle;
  }

  /** Another state of the same session, under the same lock and version; initial values where it was not used yet. */
  getState<T extends State>(state: abstract new () => T): T {
    return contextOf(this, "getState").getState(state) as T;
  }

  /** Starts another event of the session once this handler's (or lock window's) changes are committed; undone with them if they never are. */
  trigger<T extends State>(state: abstract new () => T): Triggers<T> {
    return contextOf(this, "trigger").trigger(state) as Triggers<T>;
  }

  /** Puts all vars of this state, `_vars` included, back to their initial values. */
  reset(): void {
    contextOf(this, "reset").reset();
  }
}

// `lock` and `task` belong to `Background<S>`; on a writable state they explain themselves at run time.
Object.defineProperty(State.prototype, "lock", {
  configurable: true,
  value(this: State, change: unknown) {
    return contextOf(this, "lock").lock(change);
  },
});
Object.defineProperty(State.prototype, "task", {
  configurable: true,
  get(this: State) {
    return contextOf(this, "task").task;
  },
});

// Above the prototype of every state: a write that found no var ends here.
Object.setPrototypeOf(
  State.prototype,
  new Proxy(Object.create(Object.prototype) as object, {
    set(_, key, value, receiver: object) {
      if ((receiver as Contextual)[CONTEXT] === undefined) {
        // Made by `new`: a field of a compiler that assigns fields.
        return Reflect.defineProperty(receiver, key, { value, writable: true, enumerable: true, configurable: true });
      }
      throw new UndeclaredVarError(receiver.constructor.name, String(key));
    },
  }),
);
