/** Who somebody is, as `authorize` says and handlers see it: plain data, and nothing that is secret. */
export interface User {
  readonly id: string;
  readonly name: string;
}

// Said once for the whole app: `this.router.session.identity` is a User, or undefined for a page that is not logged in.
declare module "meanwhile" {
  interface Register {
    identity: User | undefined;
  }
}
