/**
 * How many levels of objects, arrays, Maps, Sets and Dates a value of the state may have: what walks through one, in
 * server and page, never runs out of stack.
 */
export const MAX_DEPTH = 500;
