// Waiting on a condition, for as long as a busy machine may need and hardly longer than it takes.
import { expect } from "vitest";

/** `await eventually(() => value).toBe(…)`: asks again every 5 ms, for at most 10 s. */
export function eventually<T>(value: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(value, { timeout: 10_000, interval: 5 });
}

/** Until what is created now is younger: the API server tells ages in whole seconds. */
export async function whenOlder({
  metadata,
}: {
  readonly metadata: { readonly creationTimestamp: string };
}): Promise<void> {
  const nextMs = Date.parse(metadata.creationTimestamp) + 1000;
  await eventually(() => Date.now()).toBeGreaterThanOrEqual(nextMs);
}
