/** How the plugin fits a project; every one of them may be left out. */
export interface MeanwhileOptions {
  /**
   * What the names of state modules match; `*.state.ts` and its like by default. They are looked for in `src`, or in the whole project where there is
   * no `src`.
   */
  readonly pattern?: RegExp;
  /**
   * The module that makes the app, for a project that wants options of its own: it exports its `new App(...)` as `app` or by default, and neither
   * listens nor attaches. From the root; by default `src/server.ts`, if that imports `meanwhile/server`. `false` leaves such a file alone.
   */
  readonly entry?: string | false;
  /** The socket's path, `/_meanwhile` by default. Only for the app that the plugin makes; one of the project's own has it in its options. */
  readonly path?: string;
}
