// What ACK takes as a name (2.1, and the public cloud's rules for the rest) and as a password (2.1, 2.6): a refused one costs a write, so
// they are checked here.
import { CloudError } from "../errors.ts";

const NAME = /^[\p{Script=Han}A-Za-z0-9][\p{Script=Han}A-Za-z0-9-]{0,62}$/u;

/** Of a cluster or a pool. Throws CloudError NameRefused. */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new CloudError("NameRefused", {
    message: `The cloud does not take the name ${JSON.stringify(name)}: it takes 1 to 63 letters, digits, Chinese characters and hyphens, no hyphen first`,
  });
}

/** What is wrong with a password; undefined where nothing is. Never the password, nor a part of it. */
export function flawOfPassword(password: string): string | undefined {
  const length = Array.from(password).length;
  const sorts = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/].filter((sort) => sort.test(password)).length;
  if (length >= 8 && length <= 30 && sorts >= 3) return undefined;
  return "is not a password that this cloud takes: 8 to 30 characters, three of capital letters, small letters, digits and others";
}
