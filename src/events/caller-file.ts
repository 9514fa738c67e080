/** The module that called `callee`, as the stack names it; undefined where the engine gives no such stack. */
export function callerFile(callee: unknown): string | undefined {
  const holder: { stack?: string } = {};
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 4;
  Error.captureStackTrace(holder, callee as never);
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of holder.stack?.split("\n").slice(1) ?? []) {
    const file = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?)(?:\?[^:]*)?:\d+:\d+\)?$/.exec(
      line.trim().replace(/^at /, ""),
    )?.[1];
    if (file !== undefined) return file.replace(/^file:\/\//, "");
  }
  return undefined;
}
