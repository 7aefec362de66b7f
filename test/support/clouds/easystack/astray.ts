// Creates of EasyStack's stands that land in another place than the server had confirmed: every session is moved while they are on their way.
import { vi } from "vitest";
import type { LoggedRequest } from "../simulator.ts";
import type { EasyStackStand } from "./environment.ts";
import { dying } from "./lives.ts";

export interface Going {
  /** How the path of the create ends. */
  readonly path: string;
  /** Where the sessions are moved to. */
  readonly to: { readonly cluster: string; readonly namespace: string };
  /** How late it takes effect: a loaded machine has to see it before. */
  readonly ms: number;
}

type Look = () => Promise<LoggedRequest | undefined>;

const PATIENTLY = { timeout: 60_000, interval: 50 };

/** Has that create go astray once it was sent. Returns how to look at it. */
export async function movedOnceSent({ simulator }: EasyStackStand, { path, to }: Going): Promise<Look> {
  const find = async (isIt: (request: LoggedRequest) => boolean): Promise<LoggedRequest | undefined> =>
    (await simulator.requests()).find((each) => each.fault === "Latency" && each.path.endsWith(path) && isIt(each));
  const { seq } = await vi.waitFor(async () => {
    const found = await find(({ status, effect }) => status === 0 && !effect);
    return found ?? Promise.reject(new Error(`${path} was not sent`));
  }, PATIENTLY);
  for (const { id } of await simulator.list("sessions")) await simulator.behindOurBack("PATCH", `sessions/${id}`, to);
  return () => find((each) => each.seq === seq);
}

/** The same with an operator that dies before it takes effect. */
export async function dieBeforeIt(stand: EasyStackStand, going: Going): Promise<Look> {
  const { path, ms } = going;
  const moved = Promise.withResolvers<Look>();
  await dying(stand, [{ method: "POST", path, action: "Latency", ms }], async () => {
    moved.resolve(await movedOnceSent(stand, going));
  });
  return moved.promise;
}

/** The same, and it has taken effect. */
export async function dieAstray(stand: EasyStackStand, going: Going): Promise<void> {
  const look = await dieBeforeIt(stand, going);
  await vi.waitFor(async () => {
    if ((await look())?.effect !== true) throw new Error(`${going.path} has not taken effect`);
  }, PATIENTLY);
}
