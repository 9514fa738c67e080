/** Strings, templates, comments and regular expressions, so far as they could be taken for code. Nested templates are not followed. */
const NOT_CODE = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
const PRIVATE_NAME = /(?:^|[^\w$])(#[A-Za-z_$][\w$]*)/;
/** What esbuild and tsc make of a `#name` that they lower. */
const LOWERED = /(?:__privateAdd\(this, |__classPrivateFieldSet\(this, )_?([A-Za-z_$][\w$]*)/;
const LOWERED_METHOD = /__privateMethod\(this, \w+, (\w+)_fn\)/;

/** A `#private` name that a class's source uses, if any: they can't be seen any other way. */
export function findPrivateName(constructor: unknown): string | undefined {
  const source = Function.prototype.toString.call(constructor).replace(NOT_CODE, '""');
  const native = PRIVATE_NAME.exec(source)?.[1];
  if (native !== undefined) return native;
  const lowered = LOWERED_METHOD.exec(source)?.[1] ?? LOWERED.exec(source)?.[1];
  return lowered === undefined ? undefined : `#${lowered.replace(/^_/, "")}`;
}
