{{/* Generated from the rules that src/cli/rbac.ts puts together, by `npm run generate`. */}}

{{- define "yunfan.rules.operator" -}}
- apiGroups:
    - ""
  resources:
    - configmaps
  verbs:
    - get
    - list
    - watch
- apiGroups:
    - ""
  resources:
    - events
  verbs:
    - list
    - watch
- apiGroups:
    - ""
  resources:
    - namespaces
  verbs:
    - get
- apiGroups:
    - ""
  resources:
    - secrets
  verbs:
    - create
    - delete
    - get
    - list
    - patch
    - watch
- apiGroups:
    - apiextensions.k8s.io
  resources:
    - customresourcedefinitions
  resourceNames:
    - alarmsources.yunfan.dev
    - cloudaccounts.yunfan.dev
    - cloudvolumeclaims.yunfan.dev
    - inventoryqueries.yunfan.dev
    - inventorysinks.yunfan.dev
    - managedaddons.yunfan.dev
    - managedapplications.yunfan.dev
    - managedclusters.yunfan.dev
    - managednamespaces.yunfan.dev
    - managednodes.yunfan.dev
    - manifestsets.yunfan.dev
    - nodepools.yunfan.dev
    - registryprojects.yunfan.dev
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - events.k8s.io
  resources:
    - events
  verbs:
    - create
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - alarmsources
  verbs:
    - get
    - list
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - alarmsources/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - cloudaccounts
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - cloudaccounts/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - cloudvolumeclaims
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - cloudvolumeclaims/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - inventoryqueries
  verbs:
    - get
    - list
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - inventoryqueries/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - inventorysinks
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - inventorysinks/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - managedaddons
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - managedaddons/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - managedapplications
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - managedapplications/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - managedclusters
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - managedclusters/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - managednamespaces
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - managednamespaces/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - managednodes
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - managednodes/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - manifestsets
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - manifestsets/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - nodepools
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - nodepools/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - registryprojects
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - registryprojects/status
  verbs:
    - patch
{{- end }}

{{- define "yunfan.rules.resources" -}}
- apiGroups:
    - ""
  resources:
    - configmaps
  verbs:
    - get
    - list
    - watch
- apiGroups:
    - ""
  resources:
    - events
  verbs:
    - list
    - watch
- apiGroups:
    - ""
  resources:
    - namespaces
  verbs:
    - get
- apiGroups:
    - ""
  resources:
    - secrets
  verbs:
    - create
    - delete
    - get
    - list
    - patch
    - watch
- apiGroups:
    - events.k8s.io
  resources:
    - events
  verbs:
    - create
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - alarmsources
  verbs:
    - get
    - list
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - alarmsources/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - cloudaccounts
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - cloudaccounts/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - cloudvolumeclaims
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - cloudvolumeclaims/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - inventoryqueries
  verbs:
    - get
    - list
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - inventoryqueries/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - inventorysinks
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - inventorysinks/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - managedaddons
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - managedaddons/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - managedapplications
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - managedapplications/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - managedclusters
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - managedclusters/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - managednamespaces
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - managednamespaces/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - managednodes
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - managednodes/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - manifestsets
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - manifestsets/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - nodepools
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - nodepools/status
  verbs:
    - patch
- apiGroups:
    - yunfan.dev
  resources:
    - registryprojects
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - yunfan.dev
  resources:
    - registryprojects/status
  verbs:
    - patch
{{- end }}

{{- define "yunfan.rules.crds" -}}
- apiGroups:
    - apiextensions.k8s.io
  resources:
    - customresourcedefinitions
  resourceNames:
    - cloudaccounts.yunfan.dev
    - managedclusters.yunfan.dev
    - nodepools.yunfan.dev
    - managednodes.yunfan.dev
    - managedaddons.yunfan.dev
    - managednamespaces.yunfan.dev
    - managedapplications.yunfan.dev
    - cloudvolumeclaims.yunfan.dev
    - registryprojects.yunfan.dev
    - manifestsets.yunfan.dev
    - inventorysinks.yunfan.dev
    - alarmsources.yunfan.dev
    - inventoryqueries.yunfan.dev
  verbs:
    - get
{{- end }}

{{- define "yunfan.rules.leases" -}}
- apiGroups:
    - coordination.k8s.io
  resources:
    - leases
  verbs:
    - create
    - get
    - update
    - watch
{{- end }}

{{- define "yunfan.rules.view" -}}
- apiGroups:
    - yunfan.dev
  resources:
    - alarmsources
    - alarmsources/status
    - cloudaccounts
    - cloudaccounts/status
    - cloudvolumeclaims
    - cloudvolumeclaims/status
    - inventoryqueries
    - inventoryqueries/status
    - inventorysinks
    - inventorysinks/status
    - managedaddons
    - managedaddons/status
    - managedapplications
    - managedapplications/status
    - managedclusters
    - managedclusters/status
    - managednamespaces
    - managednamespaces/status
    - managednodes
    - managednodes/status
    - manifestsets
    - manifestsets/status
    - nodepools
    - nodepools/scale
    - nodepools/status
    - registryprojects
    - registryprojects/status
  verbs:
    - get
    - list
    - watch
{{- end }}

{{- define "yunfan.rules.edit" -}}
- apiGroups:
    - yunfan.dev
  resources:
    - alarmsources
    - cloudaccounts
    - cloudvolumeclaims
    - inventoryqueries
    - inventorysinks
    - managedaddons
    - managedapplications
    - managedclusters
    - managednamespaces
    - managednodes
    - manifestsets
    - nodepools
    - registryprojects
  verbs:
    - create
    - delete
    - deletecollection
    - patch
    - update
- apiGroups:
    - yunfan.dev
  resources:
    - nodepools/scale
  verbs:
    - patch
    - update
{{- end }}
