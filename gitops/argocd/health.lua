-- Health of every kind of yunfan.dev for Argo CD, by the rules of kstatus; docs/how-to/argocd.md says where it goes.
-- It differs from kstatus twice: what is paused is Suspended, and what is being deleted is Progressing.

local function condition(kind)
  for _, each in ipairs((obj.status or {}).conditions or {}) do
    if each.type == kind then
      return each
    end
  end
  return { status = "Unknown", message = "The operator has not looked at it yet" }
end

local function health(status, shown)
  local reason = shown.reason
  return { status = status, message = (reason and reason .. ": " or "") .. (shown.message or "") }
end

local ready = condition("Ready")
-- Argo CD says so by itself and does not ask; others that run this check do.
if obj.metadata.deletionTimestamp ~= nil then
  return health("Progressing", ready)
end

local paused = (obj.metadata.annotations or {})["yunfan.dev/paused"]
if paused ~= nil and paused ~= "false" then
  return health("Suspended", { reason = "Paused", message = "Remove the annotation yunfan.dev/paused to go on" })
end
if (obj.status or {}).observedGeneration ~= obj.metadata.generation then
  return health("Progressing", { message = "The operator has not looked at the latest change yet" })
end
if condition("Stalled").status == "True" then
  return health("Degraded", condition("Stalled"))
end
if ready.status == "True" then
  return health("Healthy", ready)
end
return health("Progressing", ready)
