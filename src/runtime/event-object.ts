// The events.k8s.io/v1 Event on the wire: what one looks like, and which ones count as the same.
import type { KubeObject } from "../kube/types.ts";

/** What happened, in the terms of the API (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/). */
export interface EventDescription {
  readonly type: "Normal" | "Warning";
  /** CamelCase, at most 128 characters: why. */
  readonly reason: string;
  /** CamelCase, at most 128 characters: what the controller did or tried. */
  readonly action: string;
  /** For people. Cut to 1 kB. */
  readonly note: string;
}

/** Who reports: a qualified name for the controller, and one running process of it. */
interface EventReporter {
  readonly controller: string;
  readonly instance: string;
}

interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

interface EventSeries {
  readonly count: number;
  readonly lastObservedTime: string;
}

export interface EventObject extends EventDescription {
  readonly apiVersion: "events.k8s.io/v1";
  readonly kind: "Event";
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly regarding: ObjectReference;
  readonly series?: EventSeries;
}

/** Limits of the API server's validation, in bytes. */
const MAX_NOTE_BYTES = 1024;
const MAX_INSTANCE_BYTES = 128;
const MAX_NAME_LENGTH = 253;
/** Events about cluster-scoped objects have to lie there. */
const CLUSTER_EVENTS_NAMESPACE = "default";
const ELLIPSIS = "…";

interface NewEvent {
  readonly regarding: KubeObject;
  readonly description: EventDescription;
  readonly reporter: EventReporter;
  /** metav1.MicroTime. */
  readonly time: string;
  /** Lower-case letters and digits that no other event has. */
  readonly unique: string;
}

export function eventObject({ regarding, description, reporter, time, unique }: NewEvent): EventObject {
  const { namespace, name, uid, resourceVersion } = regarding.metadata;
  const reference = { apiVersion: regarding.apiVersion, kind: regarding.kind, name, uid, resourceVersion };
  const { type, reason, action, note } = description;
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { namespace: namespace ?? CLUSTER_EVENTS_NAMESPACE, name: eventName(name, unique) },
    eventTime: time,
    reportingController: reporter.controller,
    reportingInstance: cutToBytes(reporter.instance, MAX_INSTANCE_BYTES),
    regarding: namespace === undefined ? reference : { ...reference, namespace },
    type,
    reason,
    action,
    note: cutToBytes(note, MAX_NOTE_BYTES),
  };
}

/** Events with the same key within the gap are one series. The object's version is no part of it. */
export function eventKey(regarding: KubeObject, { type, reason, action, note }: EventDescription): string {
  const { namespace = "", name, uid } = regarding.metadata;
  return JSON.stringify([regarding.apiVersion, regarding.kind, namespace, name, uid, type, reason, action, note]);
}

/** The longest beginning that fits, never half a character; an ellipsis tells that something is missing. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const room = new Uint8Array(maxBytes - Buffer.byteLength(ELLIPSIS));
  const { read } = new TextEncoder().encodeInto(text, room);
  return `${text.slice(0, read)}${ELLIPSIS}`;
}

/** As client-go names them: the object's name, then what makes it unique. A cut name may not end in a separator. */
function eventName(objectName: string, unique: string): string {
  const room = MAX_NAME_LENGTH - unique.length - 1;
  return `${objectName.slice(0, room).replace(/[^a-z0-9]+$/, "")}.${unique}`;
}
