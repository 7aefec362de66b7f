// The project that an account's block and region mean.
import type { AccountSettings } from "../contract.ts";
import { CloudError } from "../errors.ts";
import type { AccountOptions } from "./blocks.ts";

/** The project that all requests are about, by id or by name. */
export type ProjectReference = { readonly id: string } | { readonly name: string };

/** By default the project that every region has, which is named as the region is (CCE API Reference 1.5). */
export function projectOf(settings: AccountSettings, options: AccountOptions): ProjectReference {
  if (options.projectId !== undefined && options.projectName !== undefined) {
    throw rejected("spec.huawei.projectId and spec.huawei.projectName exclude each other: keep one");
  }
  if (options.projectId !== undefined) return { id: options.projectId };
  const name = options.projectName ?? settings.region;
  if (name === undefined || name === "") {
    throw rejected("The project is not known: set spec.huawei.projectId, spec.huawei.projectName or spec.region");
  }
  return { name };
}

function rejected(message: string): CloudError {
  return new CloudError("Rejected", { message, advice: "" });
}
