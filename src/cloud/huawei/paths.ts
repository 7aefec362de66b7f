// Paths of CCE, put together from ids that a person or the cloud chose.
import { CloudError } from "../errors.ts";

/** A decoded path of these segments; throws CloudError Rejected where one would lead elsewhere than it says. */
export function pathOf(...segments: readonly string[]): string {
  for (const segment of segments) {
    if (segment === "" || segment === "." || segment === ".." || segment.includes("/")) {
      throw new CloudError("Rejected", { message: `${JSON.stringify(segment)} can't be part of a path` });
    }
  }
  return `/${segments.join("/")}`;
}
