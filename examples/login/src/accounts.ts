import { scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { User } from "./user";

interface Account extends User {
  readonly salt: string;
  /** What scrypt makes of password and salt. */
  readonly key: string;
}

/** For show; yours are in a database. Ada's password is "analytical engine", Grace's "nanosecond". */
const ACCOUNTS: readonly Account[] = [
  { id: "u1", name: "ada", salt: "a76nz0tfrS_AOVuC-ynaaQ", key: "BN7B57fH40bRVUELIbH39QPQLQBW3OxxActAgpLh5zo" },
  { id: "u2", name: "grace", salt: "7_Bxsog7e0E0Z2rrptd6ww", key: "1n4P3voQwJ32SYrqgIwsOwMCjaH2cEEbs0jq4iYIAl0" },
];

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const bytes = (text: string): Buffer => Buffer.from(text, "base64url");

/** Who has this name and password. An unknown name takes as long as a wrong password. */
export async function authenticate(name: string, password: string): Promise<User | undefined> {
  const account = ACCOUNTS.find((each) => each.name === name);
  const { salt, key } = account ?? ACCOUNTS[0]!;
  const isRight = timingSafeEqual(await derive(password, bytes(salt), 32), bytes(key));
  return account !== undefined && isRight ? { id: account.id, name: account.name } : undefined;
}
