import { InvalidArgumentsError } from "meanwhile/client";
import { useServerInput } from "meanwhile/react";

/** A field over a number that the server holds; what the server's schema says against it shows below. */
export function Maximum({ value, onChange }: { value: number; onChange: (value: number) => Promise<unknown> }) {
  const input = useServerInput(String(value), (text) => onChange(Number(text)), { debounce: 500 });
  const problem = input.error instanceof InvalidArgumentsError ? input.error.issues[0]?.message : undefined;

  return (
    <div className="field">
      <label htmlFor="maximum">Count to</label>
      <input
        {...input}
        id="maximum"
        inputMode="numeric"
        autoComplete="off"
        aria-invalid={problem !== undefined}
        aria-describedby="hint"
      />
      <p id="hint" role={problem === undefined ? undefined : "alert"}>
        {problem ?? "From 1 to 1000. Change it while it counts."}
      </p>
    </div>
  );
}
