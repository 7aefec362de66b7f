// What visits found of accounts. Their statuses say so too, unless the CRD is of a release that prunes it, and of one version of
// the Secret alone.
import { isDeepStrictEqual } from "node:util";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import { versionOf, type CredentialsSecret } from "./credentials.ts";

export class Findings {
  readonly #locations = new Map<string, string>();
  /** Something that Yunfan manages was found with these. */
  readonly #confirmed = new Map<string, CredentialsSecret>();

  /** By key: this process has looked at them. */
  readonly #visited = new Set<string>();

  /** A visit has ended, however it ended. */
  visited({ metadata }: CloudAccount): void {
    this.#visited.add(keyOf(metadata));
  }

  wasVisited({ metadata }: CloudAccount): boolean {
    return this.#visited.has(keyOf(metadata));
  }

  /** Where the account reaches; undefined: nobody knows. */
  locationOf({ metadata, status }: CloudAccount): string | undefined {
    return status.location ?? this.#locations.get(keyOf(metadata));
  }

  /** Whether something that Yunfan manages was found with this Secret, in this version or another that holds the same. */
  isConfirmed({ metadata, status }: CloudAccount, secret: CredentialsSecret): boolean {
    if (status.confirmedSecretVersion === versionOf(secret)) return true;
    const confirmed = this.#confirmed.get(keyOf(metadata));
    return confirmed !== undefined && isDeepStrictEqual(confirmed.data, secret.data);
  }

  confirm({ metadata }: CloudAccount, secret: CredentialsSecret): void {
    this.#confirmed.set(keyOf(metadata), secret);
  }

  /** What a visit with this Secret is about to write. */
  note(account: CloudAccount, secret: CredentialsSecret, written: CloudAccount["status"]): void {
    if (written.location !== undefined) this.#locations.set(keyOf(account.metadata), written.location);
    if (written.confirmedSecretVersion === versionOf(secret)) this.confirm(account, secret);
  }

  /** Nobody knows where it reaches now. */
  forgetLocation({ metadata }: CloudAccount): void {
    this.#locations.delete(keyOf(metadata));
  }

  drop(key: string): void {
    this.#locations.delete(key);
    this.#confirmed.delete(key);
    this.#visited.delete(key);
  }
}
