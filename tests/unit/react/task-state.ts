import { stateRef } from "../../../src/wire/state-ref.ts";

/** A row of the list. */
export interface Row {
  readonly id: number;
  label: string;
}

/** A state as its class would declare it. */
export interface Task {
  counter: number;
  max: number;
  title: string;
  note: string | undefined;
  rows: Row[];
  increment(): void;
  setTitle(title: string): void;
  submit(form: { quantity: string }): string;
}

/** What stands for the class in the page. */
export const Task = stateRef<Task>("Task");

/** Its values at first. */
export const values = { counter: 1, max: 10, title: "first", note: undefined, rows: [] } as const;

/** Its events. */
export const events = ["increment", "setTitle", "submit"];
