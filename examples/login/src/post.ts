import type { Client } from "meanwhile/react";

const otherTabs = new BroadcastChannel("login");

/** Posts to one of the server's routes. Where that changes who this browser is, all of its tabs connect anew. */
export async function post(client: Client, path: "/login" | "/logout", form?: FormData): Promise<number> {
  const fields = [...(form ?? [])].map(([name, value]) => [name, value as string]);
  const { ok, status } = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
  if (!ok) return status;
  otherTabs.postMessage("changed");
  client.reconnect(); // the server asks again who this page is
  await client.ready();
  return status;
}

/** Follows the logins and logouts of other tabs until the function that it gives is called. */
export function followOtherTabs(client: Client): () => void {
  otherTabs.onmessage = () => client.reconnect();
  return () => void (otherTabs.onmessage = null);
}
