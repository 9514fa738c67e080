import type { BenchClient } from "./clients.ts";

/** How long each of so many events took, in ms, one after the other; closes the client. */
export async function measureLatencies(client: BenchClient, count: number): Promise<readonly number[]> {
  const latencies: number[] = [];
  await new Promise<void>((resolve) => {
    let sentAt = 0;
    const send = (): void => {
      sentAt = performance.now();
      client.send();
    };
    client.onAnswer = () => {
      latencies.push(performance.now() - sentAt);
      if (latencies.length === count) resolve();
      else send();
    };
    send();
  });
  client.close();
  return latencies;
}
