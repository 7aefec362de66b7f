// Regions: one endpoint may serve all of them (the central one of 1.3 does), or its own alone.
import type { Call, Route } from "../../simulation/cloud.ts";
import type { Ack } from "./ack.ts";
import { clusterNotFound } from "./ack.ts";
import { CodedRefusal, missing } from "./refusals.ts";
import type { AckRules } from "./rules.ts";
import { headerOf } from "./signature.ts";
import type { AckTables } from "./state.ts";

const MAINLAND =
  "qingdao beijing zhangjiakou huhehaote wulanchabu hangzhou shanghai nanjing fuzhou shenzhen heyuan guangzhou chengdu hongkong";
const FINANCE = "cn-hangzhou-finance cn-shanghai-finance-1 cn-shenzhen-finance-1 cn-beijing-finance-1 cn-north-2-gov-1";
const ABROAD = [
  "ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-5 ap-southeast-6 ap-southeast-7 ap-northeast-1 ap-northeast-2",
  "ap-south-1 us-east-1 us-west-1 us-southeast-1 na-south-1 eu-central-1 eu-west-1 me-east-1 me-central-1",
].join(" ");

const REGIONS: ReadonlySet<string> = new Set([
  ...MAINLAND.split(" ").map((city) => `cn-${city}`),
  ...FINANCE.split(" "),
  ...ABROAD.split(" "),
]);

/** Throws a refusal (404 `InvalidRegionId.NotFound`) for a region that there is not, or not here. */
export function checkRegion(call: Pick<Call, "headers">, rules: AckRules): void {
  const region = headerOf(call, "x-acs-region-id");
  if (region !== "") requireRegion(region, rules);
  else if (rules.regionHeader === "Required") throw missing("x-acs-region-id");
}

/** Throws the same refusal. */
export function requireRegion(region: string, { region: own, regions }: AckRules): void {
  if (region === own || (regions !== "Own" && REGIONS.has(region))) return;
  throw new CodedRefusal(404, "InvalidRegionId.NotFound", `The specified RegionId does not exist: ${region}.`);
}

/** Where clusters are found in their own region alone, the rest of `route` never sees one of another region. */
export function scopedToRegion({ rules }: Ack): (route: Route<AckTables>) => Route<AckTables> {
  return (route) => {
    if (rules.regions !== "Scoped" || !route.path.includes("/:cluster")) return route;
    return {
      ...route,
      handle(call, view) {
        const region = headerOf(call, "x-acs-region-id") || rules.region;
        const id = call.params["cluster"] ?? "";
        if (view.get("clusters", id)?.regionId !== region) throw clusterNotFound(id);
        return route.handle(call, view);
      },
    };
  };
}
