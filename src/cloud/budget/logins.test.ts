// How often a password is tried by all accounts of its user together.
import { describe, expect, it } from "vitest";
import { CloudError } from "../errors.ts";
import { LoginHistory, Logins } from "./logins.ts";
import { sessionClosed } from "./session-budget.ts";

const REFUSED = new CloudError("Unauthenticated", { message: "The username or password is wrong" });
const MINUTE_MS = 60_000;

describe("the history of a login", () => {
  it("holds a rejected password back for ten minutes, then for an hour each", () => {
    const history = new LoginHistory();
    let nowMs = 0;
    for (const minutes of [10, 60, 60]) {
      expect(history.rejectionFor("p", nowMs)).toBeUndefined();
      history.rejected("p", REFUSED, nowMs);
      nowMs += minutes * MINUTE_MS;
      expect(history.rejectionFor("p", nowMs - 1)).toEqual({ error: REFUSED, untilMs: nowMs });
    }
  });

  it("lets a second project try, and no third: what is rejected for two is the password", () => {
    const history = new LoginHistory();
    history.rejected("p", REFUSED, 0);
    expect(history.rejectionFor("q", 1)).toBeUndefined();
    history.rejected("q", REFUSED, 1);
    expect(history.rejectionFor("r", 2)).toMatchObject({ error: REFUSED });
  });

  it("knows that a password which was right for a project is right, whatever is rejected for others", () => {
    const history = new LoginHistory();
    history.admitted("good");
    for (const project of ["p", "q"]) history.rejected(project, REFUSED, 0);
    expect(history.rejectionFor("good", 1)).toBeUndefined();
    expect(history.rejectionFor("other", 1)).toBeUndefined();
    expect(history.rejectionFor("p", 1)).toBeDefined();
  });

  it("knows that it is right no more once it is rejected for a project for which it was", () => {
    const history = new LoginHistory();
    for (const project of ["a", "b", "c"]) history.admitted(project);
    history.rejected("a", REFUSED, 0);
    history.rejected("b", REFUSED, 0);
    expect(history.rejectionFor("c", 1)).toBeDefined();
  });

  it("lets it be tried again once for each wish, whoever brings it forward", () => {
    const history = new LoginHistory();
    history.rejected("p", REFUSED, 0);
    history.tryAgain("monday");
    expect(history.rejectionFor("p", 1)).toBeUndefined();
    history.rejected("p", REFUSED, 1);
    history.tryAgain("monday");
    expect(history.rejectionFor("p", 2)).toBeDefined();
    history.tryAgain("tuesday");
    expect(history.rejectionFor("p", 2)).toBeUndefined();
  });

  it("makes logins wait for each other, also where one fails", async () => {
    const history = new LoginHistory();
    const order: string[] = [];
    const first = history.inTurn(async () => {
      await Promise.resolve();
      order.push("first");
      throw REFUSED;
    });
    const second = history.inTurn(() => Promise.resolve(order.push("second")));
    await expect(first).rejects.toBe(REFUSED);
    await second;
    expect(order).toEqual(["first", "second"]);
  });

  it("ends those that wait by what keeps the cloud from answering, and tries anew then", async () => {
    const history = new LoginHistory();
    const away = new CloudError("Unreachable", { message: "Nothing answers" });
    const tries: string[] = [];
    const login = (name: string) =>
      history.inTurn(() => {
        tries.push(name);
        return Promise.reject(away);
      });
    const ends = await Promise.allSettled([login("a"), login("b"), login("c")]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(tries).toEqual(["a"]);
    await expect(login("d")).rejects.toBe(away);
    expect(tries).toEqual(["a", "d"]);
  });

  it("lets those that wait try themselves where a closed session ends the login", async () => {
    const history = new LoginHistory();
    const first = history.inTurn(() => Promise.reject(sessionClosed()));
    const second = history.inTurn(() => Promise.resolve("token"));
    await expect(first).rejects.toMatchObject({ kind: "Unreachable" });
    expect(await second).toBe("token");
  });
});

describe("the histories of all logins", () => {
  const never = new AbortController().signal;

  it("are one for each user and password at a place, as long as an account uses it", () => {
    const logins = new Logins();
    const [one, two] = [new AbortController(), new AbortController()];
    const history = logins.of(["https://iam", "user", "password"], one.signal);
    expect(logins.of(["https://iam", "user", "password"], two.signal)).toBe(history);
    expect(logins.of(["https://iam", "user", "another"], never)).not.toBe(history);
    expect(logins.of(["https://elsewhere", "user", "password"], never)).not.toBe(history);
    one.abort();
    const three = new AbortController();
    expect(logins.of(["https://iam", "user", "password"], three.signal)).toBe(history);
    two.abort();
    three.abort();
    expect(logins.of(["https://iam", "user", "password"], never)).not.toBe(history);
  });
});
