// What an account may set for Huawei alone: the `huawei` block of its spec, and the project that follows from it.
import { z } from "zod";
import type { AccountSettings } from "../contract.ts";
import { CloudError } from "../errors.ts";

export const huaweiAccountOptions = z.strictObject({
  projectId: z.string().min(1).optional(),
  projectName: z.string().min(1).optional(),
  iamEndpoint: z.string().min(1).optional(),
  addonEndpoint: z.string().min(1).optional(),
});

export type HuaweiAccountOptions = z.infer<typeof huaweiAccountOptions>;

/** The project that all requests are about, by id or by name. */
export type ProjectReference = { readonly id: string } | { readonly name: string };

/** By default the project that every region has, which is named as the region is (CCE API Reference 1.5). */
export function projectOf(settings: AccountSettings, options: HuaweiAccountOptions): ProjectReference {
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
