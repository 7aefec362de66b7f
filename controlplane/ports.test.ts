// Free ports, with one that is taken on purpose.
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort } from "./ports.ts";

test("A port lies below the ephemeral range, where no outgoing connection can take it", async () => {
  const port = await freePort();
  expect(port).toBeGreaterThanOrEqual(16_384);
  expect(port).toBeLessThan(32_768);
});

test("A port that is taken is passed over", async () => {
  const taken = await freePort();
  const server = createServer().listen(taken, "127.0.0.1");
  await once(server, "listening");
  const drawn: number[] = [];
  const random = (): number => {
    drawn.push(drawn.length === 0 ? (taken - 16_384 + 0.5) / 16_384 : Math.random());
    return drawn.at(-1)!;
  };
  expect(await freePort(random)).not.toBe(taken);
  expect(drawn.length).toBeGreaterThan(1);
  server.close();
});
