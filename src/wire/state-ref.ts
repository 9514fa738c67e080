declare const refType: unique symbol;

/** What stands for a state class in the page: its name, and its type for the compiler only. */
export interface StateRef<S> {
  readonly stateName: string;
  /** Never there: carries `S`. */
  readonly [refType]?: S;
}

/** A state class, or what stands for it in the page. */
export type StateLike<S> = (abstract new () => S) | StateRef<S>;

/** A reference to the state named `name`, made by hand: `stateRef<MyTaskState>("MyTaskState")`, with a type-only import of the class. */
export function stateRef<S>(name: string): StateRef<S> {
  return Object.freeze({ stateName: name });
}

/** The name by which server and page know a state. */
export function stateNameOf(state: StateLike<unknown>): string {
  return "stateName" in state ? state.stateName : state.name;
}
