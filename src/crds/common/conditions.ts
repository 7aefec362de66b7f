// Condition types and reasons that several kinds use. Tests and users rely on these words: add, do not rename.

/** `Ready`, `Reconciling` and `Stalled` follow kstatus; kinds add what a user can act on. */
export const ConditionType = {
  Ready: "Ready",
  Reconciling: "Reconciling",
  Stalled: "Stalled",
  /** The annotation yunfan.dev/paused stands: nothing is done, deletion included. */
  Paused: "Paused",
  /** No alarm of a platform's inventory concerns the resource: of what an AlarmSource covers. Ready never depends on it. */
  AlarmsClear: "AlarmsClear",
  /** The same of warnings among the inventory's events, where the AlarmSource looks at them. */
  EventsClear: "EventsClear",
} as const;

export const Reason = {
  Creating: "Creating",
  Deleting: "Deleting",
  Paused: "Paused",
  /** The resource changed while it was being worked on. */
  Changed: "Changed",

  /** The account is missing, not allowed for this namespace, or its credentials do not work. */
  AccountNotReady: "AccountNotReady",
  /** The account reaches another location than the one in which the resource's id is. */
  AccountMoved: "AccountMoved",
  /** The account's Secret changed, and nothing that Yunfan manages was found with the new one yet. */
  KeysNotConfirmed: "KeysNotConfirmed",
  /** The provider's block in the spec is another one's than the account's. */
  ProviderMismatch: "ProviderMismatch",
  NotSupportedByCloud: "NotSupportedByCloud",
  /** The cloud needs to be told how people log in to what it makes. */
  LoginRequired: "LoginRequired",

  /** The cloud does not take this name. */
  NameRefused: "NameRefused",
  /** Another, older resource has claimed this name in the same account. */
  NameConflict: "NameConflict",
  /** Another, older resource has claimed this id in the same account. */
  ExternalIdConflict: "ExternalIdConflict",
  /** Something of that name is in the cloud that is not ours. */
  AlreadyExists: "AlreadyExists",
  /** What spec.externalId names belongs to somebody else. */
  NotOurs: "NotOurs",
  /** The cloud refused to create it and nothing was made. */
  CreateFailed: "CreateFailed",
  /** Whether something was made cannot be told, and asking again could make a second one. */
  CreateOutcomeUnknown: "CreateOutcomeUnknown",
  /** Two things in the cloud carry the mark of one attempt. */
  CreatedTwice: "CreatedTwice",
  QuotaExceeded: "QuotaExceeded",
  /** Images are in the project and contentsOnDelete is Refuse. */
  NotEmpty: "NotEmpty",
  /** A Secret that the spec names, or its key, is not there. */
  SecretNotFound: "SecretNotFound",
  /** The Secret lacks a key that is needed, or one is empty or holds what it can't hold. */
  CredentialsIncomplete: "CredentialsIncomplete",
  /** The Secret holds the keys of two ways to sign in. */
  AmbiguousCredentials: "AmbiguousCredentials",
  /** The provider's endpoint does not follow from the region and is not given. */
  EndpointRequired: "EndpointRequired",
  /** What was there is gone, and recreating it would hide a loss. */
  ExternalResourceMissing: "ExternalResourceMissing",
  /** What the cloud answered contradicts itself; nothing is written on such ground. */
  ObservationNotTrusted: "ObservationNotTrusted",

  /** The cloud refuses the request as such; another try needs another spec. */
  Rejected: "Rejected",
  /** The credentials are right but may not do this. */
  Forbidden: "Forbidden",
  NotFoundInCloud: "NotFoundInCloud",
  /** There is no such service, or no such kind of thing, at the address. */
  NotServed: "NotServed",
  CredentialsRejected: "CredentialsRejected",
  /** The credentials are right, and the project that the account names is none of theirs. */
  ProjectNotFound: "ProjectNotFound",
  /** The cloud did not confirm in which cluster and namespace a request would act: it was not sent. */
  PlaceNotConfirmed: "PlaceNotConfirmed",
  EndpointUnreachable: "EndpointUnreachable",
  /** The cloud answers with errors of its own, or not at all. */
  CloudUnavailable: "CloudUnavailable",
  /** The cloud is doing something else to it, or its state does not allow this now. */
  CloudBusy: "CloudBusy",
  /** The cloud's word for the state it is in is none that this version knows. */
  CloudPhaseUnknown: "CloudPhaseUnknown",
  /** Of events: a long operation of the cloud has come a step further. */
  Progressing: "Progressing",
  /** The cloud asks for fewer requests. */
  Throttled: "Throttled",
  /** The account's budget of requests is small for what is asked of it: the resource has its place in the queue. */
  WaitingForBudget: "WaitingForBudget",

  /** Of pools and add-ons: their cluster is not there, not yet there, or can't be worked with. */
  ClusterNotReady: "ClusterNotReady",
  /** The cluster sleeps: nothing in it can be changed, and it can't be deleted, until it is awake. */
  ClusterHibernated: "ClusterHibernated",

  /** A Secret of the name that is to be published exists and is not this resource's. */
  SecretNotOwned: "SecretNotOwned",
  /** The API server does not take the Secret. */
  SecretRefused: "SecretRefused",
  /** A Secret is meant for a namespace that the account does not allow; or spec.namespaces reaches further than it may. */
  NamespaceNotAllowed: "NamespaceNotAllowed",
  /** A Secret is meant for a namespace that is not there. */
  NamespaceNotFound: "NamespaceNotFound",

  /** A deletion that waits for a person or for something else to go first. */
  DeletionHeld: "DeletionHeld",
  /** The cloud has begun to delete it and failed; what is left costs on. */
  DeletionFailed: "DeletionFailed",
  /** Of events: a change was sent to the cloud; the note has each field with its values. */
  Requested: "Requested",
  /** The cloud took the request for deletion and does not act on it. */
  DeletionNotBegun: "DeletionNotBegun",
  /** Of events: a resource was let go of, and what it stands for stays in the cloud. */
  Orphaned: "Orphaned",
  /** Of events: a resource went without having been let go of, its finalizer taken off, and what it stands for stays in the cloud. */
  OrphanedByHand: "OrphanedByHand",
  /** Of AlarmsClear. */
  NoAlarms: "NoAlarms",
  /** Of AlarmsClear: an alarm concerns the resource. */
  AlarmsFiring: "AlarmsFiring",
  /** Of AlarmsClear and EventsClear: the inventory could not be asked three times in a row. */
  AlarmsUnknown: "AlarmsUnknown",
  /** Of EventsClear. */
  NoWarnings: "NoWarnings",
  /** Of EventsClear: an event that was asked for concerns the resource. */
  WarningEvents: "WarningEvents",

  /** The API server refuses what the operator asks of it: a policy, a webhook, validation, a quota or a missing right. */
  RequestRefused: "RequestRefused",
  /** The API server answers the operator with an error of its own again and again, as when a webhook does not answer. */
  RequestFailed: "RequestFailed",
  /** The operator itself met an error that it does not know; its log says more. */
  InternalError: "InternalError",
} as const;
