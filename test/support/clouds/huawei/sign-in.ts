// A session that signs in with a user's name and password, on a server that is IAM and CCE.
import { onTestFinished } from "vitest";
import type { CloudSession } from "../../../../src/cloud/contract.ts";
import { json } from "../scripted-server.ts";
import { issueToken, startScriptedHuawei, USER_LOGIN, type IssuedToken, type ScriptedHuawei } from "./scripted.ts";

export const DAY_MS = 86_400_000;
/** What CCE answers to the session's one request. */
export const quotas = { quotas: [] };
/** What it answers to a token that it does not take. */
export const refusal = { error_code: "APIGW.0301", error_msg: "Incorrect IAM authentication information" };

export interface SignIn extends ScriptedHuawei {
  readonly session: CloudSession;
  /** What tokens are like from now on. */
  readonly token: { lifetimeMs: number; projectId?: string };
  /** Tokens that CCE takes; by default the newest. */
  takes: (token: string) => boolean;
  /** How many logins there were. */
  readonly logins: () => number;
  /** The tokens that came with requests to CCE, in their order. */
  readonly used: () => unknown[];
}

export async function signIn(
  providerOptions: { projectId?: string; projectName?: string } = { projectId: "p-1" },
): Promise<SignIn> {
  const cloud = await startScriptedHuawei();
  onTestFinished(() => cloud.server[Symbol.asyncDispose]());
  const isLogin = ({ url }: { url: string }): boolean => url === "/v3/auth/tokens";
  const logins = (): number => cloud.server.seen.filter(isLogin).length;
  const { session } = cloud.open({ credentials: USER_LOGIN, settings: { providerOptions } });
  onTestFinished(() => session.close());
  const signedIn: SignIn = {
    ...cloud,
    session,
    token: { lifetimeMs: DAY_MS },
    takes: (token) => token === `token-${logins()}`,
    logins,
    used: () => cloud.server.seen.filter((request) => !isLogin(request)).map(({ headers }) => headers["x-auth-token"]),
  };
  cloud.server.answer = (request, response) => {
    const issued: IssuedToken = { value: `token-${logins()}`, issuedAtMs: cloud.clock.now(), ...signedIn.token };
    if (isLogin(request)) issueToken(response, issued);
    else if (signedIn.takes(String(request.headers["x-auth-token"]))) json(response, 200, quotas);
    else json(response, 401, refusal);
  };
  return signedIn;
}
