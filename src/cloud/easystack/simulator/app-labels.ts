// What belongs to an application bears its name in a label: configurations, services and routes that it was created with.
import type { Request } from "./request.ts";
import { query } from "./wire.ts";

const LABEL = "ecns.easystack.cn/application";

export function appLabels(application: string | undefined): Record<string, string> {
  return application === undefined ? {} : { [LABEL]: application };
}

export function ownerIn(labels: Record<string, string> | undefined): string {
  return labels?.[LABEL] ?? "";
}

/** Finds what bears the label of {@link appLabels}. */
export function appSelectorOf(application: string): string {
  return `${LABEL}=${application}`;
}

/** The query's `app_selector`, which the reference does not define: an application's name, or a selector of labels. */
export function appSelector({ call }: Request): string | undefined {
  const value = query(call, "app_selector");
  if (value === undefined) return undefined;
  return /[=!,() ]/.test(value) ? value : appSelectorOf(value);
}

/** Labels as a form shows them: without the simulator's own. */
export function shownLabels(labels: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => key !== LABEL));
}
