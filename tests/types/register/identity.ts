/** What an app says once in `Register` is typed everywhere. Without it an identity is unknown: `../contract.ts`. */
import { event, State, type Background, type Identity } from "meanwhile";
import { App, UnauthorizedError } from "meanwhile/server";

interface User {
  readonly id: string;
  name: string;
  roles: string[];
}

declare module "meanwhile" {
  interface Register {
    identity: User | undefined;
  }
}

class Notes extends State {
  notes: string[] = [];

  get owner() {
    return this.router.session.identity?.name;
  }
  @event add(text: string) {
    const { identity } = this.router.session;
    // @ts-expect-error nobody may be logged in
    void identity.id;
    if (identity === undefined) return;
    this.notes.push(`${identity.name}: ${text}`);
    // @ts-expect-error an identity is read-only
    identity.name = "root";
    // @ts-expect-error at every depth
    identity.roles.push("admin");
    // @ts-expect-error the user has no such field
    void identity.email;
  }
  @event({ background: true }) async count(this: Background<Notes>) {
    const length: number | undefined = this.router.session.identity?.id.length;
    await this.lock((self) => self.router.session.identity?.roles.at(length ?? 0));
  }
}

const states = [Notes];
const user: Identity = { id: "u1", name: "ada", roles: [] };

void new App({ states });
void new App({ states, authorize: () => user });
void new App({ states, authorize: () => undefined });
void new App({
  states,
  authorize: async ({ headers, clientIp, url }) => {
    if (clientIp === "") throw new UnauthorizedError();
    const name: string | undefined = headers["x-user"] ?? url;
    return { id: name, name, roles: [] };
  },
  sameIdentity: (before, now) => before?.id === now?.id,
  onExpire: ({ identity }) => void identity?.roles.length,
});
// @ts-expect-error an identity without its roles
void new App({ states, authorize: () => ({ id: "u1", name: "ada" }) });
// @ts-expect-error the declared identity knows no null
void new App({ states, authorize: async () => null });
// @ts-expect-error nobody may be logged in
void new App({ states, authorize: () => user, sameIdentity: (before, now) => before.id === now.id });
// @ts-expect-error whether they are the same is yes or no, now
void new App({ states, sameIdentity: async () => true });
