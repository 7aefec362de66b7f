// The server-side session that remembers the cluster and namespace chosen last (1.12, "switch"). The reference names it and does
// not say what it hangs on: a cookie, the token, or the user (docs/clouds/easystack.md).
import { randomUUID } from "node:crypto";
import type { Place } from "./kube/objects.ts";
import type { Ecns, Session } from "./state.ts";
import { isoNow } from "./state.ts";

const COOKIE = "sessionid";

/** Who asks, as far as sessions may tell one from another. */
export interface Asker {
  readonly userId: string;
  readonly token: string;
  /** Value of the cookie, where one came. */
  readonly cookie: string | undefined;
}

export interface Sessions {
  /** The asker's session, begun where there is none; a new one stands in the first cluster's `default`. */
  current(asker: Asker): Session;
  /** Moves the session; `current` shows it from then on. */
  enter(session: Session, place: Place): Session;
  /** The header that tells the asker of `session`, where it does not know it. */
  cookieFor(asker: Asker, session: Session): string | undefined;
  /** How often a session was written: such changes are nobody's `effect`. */
  readonly writes: number;
}

export function openSessions(ecns: Ecns): Sessions {
  const { store, rules, timeline } = ecns;
  /** By what a session hangs on. In Decoy mode the cookies that were given and mean nothing are in `decoys`. */
  const held = new Map<string, string>();
  const decoys = new Map<string, number>();
  const now = (): number => timeline.now();
  let writes = 0;
  const put = (session: Session): Session => {
    writes += 1;
    store.put("sessions", session);
    return session;
  };

  const isOver = ({ expiresAt }: Session): boolean => Date.parse(expiresAt) <= now();
  const drop = (session: Session): void => {
    writes += 1;
    store.remove("sessions", session.id);
  };
  const begin = (asker: Asker): Session => {
    for (const session of store.list("sessions").filter(isOver)) drop(session);
    const id = randomUUID().replaceAll("-", "");
    const cluster = store.list("clusters").find(({ projectId }) => projectId === rules.organisation.projectId);
    const session: Session = {
      id,
      name: id,
      createdAt: isoNow(ecns),
      user: asker.userId,
      cluster: cluster?.name ?? "",
      namespace: "default",
      expiresAt: new Date(now() + rules.sessionTtlMs).toISOString(),
    };
    held.set(rules.sessions === "Cookie" ? id : keyOf(asker), id);
    return put(session);
  };
  const keyOf = (asker: Asker): string => {
    if (rules.sessions === "Cookie") return asker.cookie ?? "";
    return rules.sessions === "Token" ? asker.token : asker.userId;
  };
  const find = (asker: Asker): Session | undefined => {
    const session = store.get("sessions", held.get(keyOf(asker)) ?? "");
    if (session === undefined) return undefined;
    return isOver(session) || session.user !== asker.userId ? undefined : session;
  };
  const cookie = (value: string, secondsLeft: number): string =>
    `${COOKIE}=${value}; Max-Age=${secondsLeft}; Path=/; HttpOnly; SameSite=Lax`;
  return {
    get writes() {
      return writes;
    },
    current: (asker) => find(asker) ?? begin(asker),
    enter: (session, { cluster, namespace }) => put({ ...session, cluster, namespace }),
    cookieFor(asker, session) {
      const secondsLeft = Math.round((Date.parse(session.expiresAt) - now()) / 1000);
      if (rules.sessions === "Cookie") return asker.cookie === session.id ? undefined : cookie(session.id, secondsLeft);
      if (rules.sessions !== "Decoy" || (decoys.get(asker.cookie ?? "") ?? 0) > now()) return undefined;
      const decoy = randomUUID().replaceAll("-", "");
      decoys.set(decoy, now() + rules.sessionTtlMs);
      return cookie(decoy, Math.round(rules.sessionTtlMs / 1000));
    },
  };
}

/** The value of the session's cookie among those that came. */
export function sessionCookie(header: string | undefined): string | undefined {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim().split("="));
  return pairs.find(([name]) => name === COOKIE)?.[1];
}
