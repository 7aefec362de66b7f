// A password that IAM rejects, rightly or for a moment.
import { describe, expect, test } from "vitest";
import { json } from "../../../test/support/clouds/scripted-server.ts";
import { USER_LOGIN } from "../../../test/support/clouds/huawei/scripted.ts";
import { quotas, signIn as start } from "../../../test/support/clouds/huawei/sign-in.ts";

const never = new AbortController().signal;

describe("a wrong password", () => {
  const wrong = { error: { message: "The username or password is wrong.", code: 401, title: "Unauthorized" } };

  test("is sent again after ten minutes, then once an hour, because IAM locks users", async () => {
    const { session, clock, server, logins } = await start();
    server.answer = (_request, response) => json(response, 401, wrong);
    const rejected = (retryAfterMs: number) =>
      expect(session.verify(never)).rejects.toMatchObject({ kind: "Unauthenticated", retryAfterMs });
    await Promise.all([rejected(600_000), rejected(600_000)]);
    await clock.advance(599_999);
    await rejected(1);
    expect(logins()).toBe(1);
    for (const [tries, waitMs] of [1, 3_600_000, 3_600_000, 3_600_000].entries()) {
      await clock.advance(waitMs - 1);
      await session.verify(never).catch(() => undefined);
      expect(logins()).toBe(tries + 1);
      await clock.advance(1);
      await rejected(3_600_000);
      expect(logins()).toBe(tries + 2);
    }
  });

  test("that is right after all is taken, and the row is broken", async () => {
    const { session, clock, server, token } = await start();
    token.lifetimeMs = 30_000;
    const usual = server.answer;
    for (const _time of [1, 2]) {
      server.answer = (_request, response) => json(response, 401, wrong);
      await expect(session.verify(never)).rejects.toMatchObject({ retryAfterMs: 600_000 });
      server.answer = usual;
      await clock.advance(600_000);
      await session.verify(never);
      await clock.advance(30_000);
    }
  });

  test("is sent at once where somebody asks for it, once for each wish", async () => {
    const { session, server, logins } = await start();
    const usual = server.answer;
    server.answer = (_request, response) => json(response, 401, wrong);
    const rejected = () => expect(session.verify(never)).rejects.toMatchObject({ kind: "Unauthenticated" });
    await rejected();
    for (const wish of ["a", "a", "b", "b"]) {
      session.tryAgain?.(wish);
      await rejected();
    }
    expect(logins()).toBe(3);
    server.answer = usual;
    session.tryAgain?.("c");
    await session.verify(never);
    expect(logins()).toBe(4);
  });

  test("shows in no message", async () => {
    const { session, server } = await start();
    server.answer = (_request, response) => json(response, 401, { error: { message: "not Pa55-word!", code: 401 } });
    await expect(session.verify(never)).rejects.toMatchObject({
      message: "GetToken was answered 401: not [redacted]",
    });
  });

  test("of another session is another one's matter", async () => {
    const first = await start();
    first.server.answer = (_request, response) => json(response, 401, wrong);
    await expect(first.session.verify(never)).rejects.toMatchObject({ kind: "Unauthenticated" });
    first.answer(200, quotas, { "x-subject-token": "token" });
    const second = first.open({ credentials: { ...USER_LOGIN, password: "right" } });
    await second.session.verify(never);
    await second.session.close();
  });
});
