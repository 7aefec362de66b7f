// How people log in to servers, as CCE takes it (API Reference tables 4-78, 4-79, 4-141 and 7.14).
import type { NodeLogin } from "../facets/servers.ts";
import { hashedPassword } from "./password.ts";

/** The body's `login`, and what in it no message may show. */
export interface LoginBody {
  readonly login: object | undefined;
  readonly secrets: readonly string[];
}

export function loginBody(login: NodeLogin | undefined): LoginBody {
  if (login === undefined) return { login: undefined, secrets: [] };
  if ("keyPairName" in login) return { login: { sshKey: login.keyPairName }, secrets: [] };
  const password = hashedPassword(login.password);
  return { login: { userPassword: { username: "root", password } }, secrets: [login.password, password] };
}
