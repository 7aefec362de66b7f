// A session that is closed while requests are under way.
import { expect, test, vi } from "vitest";
import { startScriptedServer } from "../../../test/support/clouds/scripted-server.ts";
import { rejectionOf } from "../../../test/support/environment/rejection.ts";
import { systemClock } from "../../lib/clock.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import { CloudError } from "../errors.ts";
import { parseEndpoint } from "./endpoint.ts";
import { HttpSession } from "./http.ts";

test("What ends because the session is closed is not counted: its account may be forgotten already", async () => {
  await using server = await startScriptedServer(() => undefined);
  const counted: number[] = [];
  const session = new HttpSession(parseEndpoint(server.origin, { mode: "Plaintext" }), {
    clock: systemClock,
    log: createLogger({ level: "silent" }),
    fence: openFence,
    userAgent: "yunfan/test",
    onRequest: ({ code }) => counted.push(code),
  });
  const { signal } = new AbortController();
  const read = () => rejectionOf(session.send({ operation: "Read", method: "GET", target: "/", headers: {}, signal }));
  const failed = read();
  await vi.waitFor(() => expect(server.seen).toHaveLength(1));
  await session.close();
  expect(await failed).toBeInstanceOf(CloudError);
  expect(await read()).toBeInstanceOf(CloudError);
  expect(counted).toEqual([]);
});
