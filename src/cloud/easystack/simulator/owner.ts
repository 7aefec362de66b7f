// Whose a workspace and its images are (1.9, domain_project_info).
import type { Ecns } from "./state.ts";

/** Department and project. Where a project of others lies is not kept: in our domain. */
export function ownerOf({ owner }: { owner?: string | undefined }, { rules: { organisation } }: Ecns): object {
  return { domain_name: organisation.domain, openstack_project_name: owner ?? organisation.project };
}
