// How requests to bcs-storage prove who sends them. The gateway of 2019 looks at one header, that of 2026 at the other, and neither
// minds the second (docs/clouds/bcs.md, tokenHeader).
import type { Authenticator } from "../kit/requests.ts";

export function showing(token: string | undefined, secrets: readonly string[]): Authenticator {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}`, "x-bcs-user-token": token };
  return { prove: () => Promise.resolve({ headers, secrets }) };
}
