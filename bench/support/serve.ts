/** A question of the driver to a server process. */
export interface Question {
  readonly id: number;
  readonly command: string;
  readonly args: readonly unknown[];
}

/** What a server process says: its port, once; then answers. */
export type Reply =
  | { readonly port: number }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/** What the driver may ask of a server process. */
export type Commands = Readonly<Record<string, (...args: never[]) => unknown>>;

const COMMON = {
  /** CPU time of this process so far, in ms. */
  cpu: (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  /** Collects what is left of before, where the process can. */
  collect: (): void => globalThis.gc?.(),
  /** Memory in bytes, after a collection. */
  memory: async (): Promise<NodeJS.MemoryUsage> => {
    for (let at = 0; at < 3; at += 1) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return process.memoryUsage();
  },
} satisfies Commands;

/** Makes this process a server that a bench has started: tells its port, and answers what it is asked until the bench goes. */
export function serve(port: number, commands: Commands = {}): void {
  const all: Readonly<Record<string, ((...args: never[]) => unknown) | undefined>> = { ...COMMON, ...commands };
  process.on("message", (question: Question) => void answer(question));
  process.on("disconnect", () => process.exit());
  const answer = async ({ id, command, args }: Question): Promise<void> => {
    try {
      const run = all[command];
      if (run === undefined) throw new Error(`There is no command "${command}".`);
      say({ id, value: await run(...(args as never[])) });
    } catch (error) {
      say({ id, error: String(error instanceof Error ? error.stack : error) });
    }
  };
  say({ port });
}

function say(reply: Reply): void {
  process.send!(reply);
}
