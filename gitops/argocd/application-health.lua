-- Health of an Application in an app of apps: Argo CD has no check of its own for it, and waves would not wait for one another.

local health = (obj.status or {}).health or {}
return { status = health.status or "Progressing", message = health.message or "" }
