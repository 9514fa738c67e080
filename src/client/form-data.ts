import { FileUploadError } from "../base/errors.ts";

/**
 * A form's fields as an object of strings; a field that occurs more than once gives an array. File inputs in which nothing was chosen are left out.
 *
 * @throws FileUploadError for a file.
 */
export function formFields(form: FormData): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of form) {
    if (typeof value !== "string") {
      if (value.size === 0 && value.name === "") continue;
      throw new FileUploadError(name);
    }
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : typeof before === "string" ? [before, value] : [...before, value]);
  }
  return Object.fromEntries(fields);
}
