import { InvalidArgumentsError } from "../base/errors.ts";

/** What is wrong with a form: messages by field; those of no field are under `""`. */
export type FormIssues = Readonly<Record<string, readonly string[]>>;

/** How a form's submission has ended: with the event's result, or with issues. */
export type FormOutcome<R> =
  | { readonly result: R; readonly issues?: undefined }
  | { readonly issues: FormIssues; readonly result?: undefined };

/**
 * An event that takes one object, as an action for React's `useActionState`. Arguments that the event's schema refuses give issues; any other error rejects.
 */
export function formAction<R>(
  event: (form: FormData) => Promise<R>,
): (previous: FormOutcome<R> | null | undefined, form: FormData) => Promise<FormOutcome<R>> {
  return async (_previous, form) => {
    try {
      return { result: await event(form) };
    } catch (error) {
      if (error instanceof InvalidArgumentsError) return { issues: issuesByField(error) };
      throw error;
    }
  };
}

function issuesByField({ issues }: InvalidArgumentsError): FormIssues {
  const fields = new Map<string, string[]>();
  for (const { message, path } of issues) {
    // A form is flat: what is wrong inside a repeated field is that field's.
    const field = String(path[0] ?? "");
    fields.set(field, [...(fields.get(field) ?? []), message]);
  }
  return Object.fromEntries(fields);
}
