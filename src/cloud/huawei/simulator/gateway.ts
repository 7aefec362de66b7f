// The API gateway before every call: who sent it (token or AK/SK), and is it one write too many this minute.
import type { Clock } from "../../../lib/clock.ts";
import type { Answer, Call, Failed } from "../../simulation/cloud.ts";
import { openThrottle } from "../../simulation/throttle.ts";
import type { Iam } from "./iam.ts";
import { CodedRefusal, isIam } from "./refusals.ts";
import type { AccessKeys } from "./signature.ts";
import { signatureRefusal } from "./signature.ts";

export interface GatewayRules {
  /** Left out: AK/SK is refused. */
  readonly keys?: AccessKeys | undefined;
  /** Writes let through in any 60 seconds of real time; left out: no limit. */
  readonly writesPerMinute?: number | undefined;
  readonly tokens: Pick<Iam, "find">;
  readonly failure: (status: number, message: string, failed: Failed) => Answer;
}

/** The answer that refuses a call, or undefined where it may pass. Tokens and dates are held against `clock`. */
export function openGateway(rules: GatewayRules, clock: Clock): (call: Call) => Answer | undefined {
  const { failure } = rules;
  const throttle = openThrottle(rules.writesPerMinute, clock);
  return (call) => {
    if (call.method === "POST" && call.path === "/v3/auth/tokens") return undefined;
    const refusal = identify(call, rules, clock.now());
    if (refusal !== undefined) return failure(refusal.status, refusal.message, { call, error: refusal });
    if (call.method === "GET" || throttle.admits()) return undefined;
    return failure(429, "The throttling threshold has been reached: policy user over ratelimit", { call });
  };
}

function identify(call: Call, { keys, tokens }: GatewayRules, nowMs: number): CodedRefusal | undefined {
  const token = call.headers["x-auth-token"];
  if (token !== undefined) return tokenRefusal(call, tokens.find(String(token)), nowMs);
  const problem = signatureRefusal(call, keys ?? { accessKey: "", secretKey: "" }, nowMs);
  return problem === undefined ? undefined : unidentified(problem);
}

function tokenRefusal(call: Call, token: ReturnType<Iam["find"]>, nowMs: number): CodedRefusal | undefined {
  if (token === undefined) return unidentified("decrypt token fail");
  if (token.expiresAtMs <= nowMs) return unidentified("token expires");
  if (isIam(call) || token.grant.hasProject) return undefined;
  return new CodedRefusal(401, "APIGW.0307", "The token must be updated: it is not scoped to a project");
}

function unidentified(problem: string): CodedRefusal {
  return new CodedRefusal(401, "APIGW.0301", `Incorrect IAM authentication information: ${problem}`);
}
