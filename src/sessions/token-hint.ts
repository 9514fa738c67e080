/** A client token as it may stand in a log: enough to tell sessions apart, too little to be one. */
export function tokenHint(token: string): string {
  return `${token.slice(0, 4)}…`;
}
