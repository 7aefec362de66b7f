{{/* Names, labels and what more than one template needs. */}}

{{- define "yunfan.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "yunfan.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "yunfan.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "yunfan.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "yunfan.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "yunfan.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "yunfan.selectorLabels" -}}
app.kubernetes.io/name: {{ include "yunfan.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "yunfan.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "yunfan.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: yunfan
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* registry/repository:tag, or @digest where there is one. */}}
{{- define "yunfan.image" -}}
{{- $image := .Values.image }}
{{- with $image.registry }}{{ . | trimSuffix "/" }}/{{ end }}
{{- $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default .Chart.AppVersion $image.tag }}{{ end }}
{{- end }}

{{/*
What the operator is started with: everything that can be set, so that the Deployment tells it all. `helm upgrade --reuse-values` leaves
out every value that is newer than the installed chart: here and elsewhere, each that a packaged chart lacks has its `default`.
*/}}
{{- define "yunfan.args" -}}
- run
{{- with .Values.leaderElection }}
{{- if .enabled }}
- --leader-elect
- --leader-elect-lease-duration={{ .leaseDurationSeconds }}
- --leader-elect-renew-deadline={{ .renewDeadlineSeconds }}
- --leader-elect-retry-period={{ .retryPeriodSeconds }}
- --leader-elect-resource-namespace={{ $.Release.Namespace }}
{{- else }}
- --no-leader-elect
{{- end }}
{{- end }}
{{- with .Values.watchNamespaces }}
- --watch-namespaces={{ join "," . }}
{{- end }}
{{- range $kind, $workers := .Values.concurrency }}
- --concurrency={{ $kind }}={{ $workers }}
{{- end }}
- --on-namespace-deletion={{ .Values.onNamespaceDeletion | default "Hold" }}
{{- with .Values.platformNamespace }}
- --platform-namespace={{ . }}
{{- end }}
- --target-watches={{ if hasKey .Values "targetWatches" }}{{ int .Values.targetWatches }}{{ else }}256{{ end }}
- --settle-window={{ .Values.settleWindowSeconds }}
- --metrics-bind-address={{ if .Values.metrics.enabled }}:{{ .Values.metrics.port }}{{ else }}0{{ end }}
- --health-probe-bind-address=:{{ .Values.healthPort }}
- --log-level={{ .Values.log.level }}
- --log-format={{ .Values.log.format }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Proxy and CA bundle, then what the user adds. */}}
{{- define "yunfan.env" -}}
{{- with .Values.proxy.http }}
- name: HTTP_PROXY
  value: {{ . | quote }}
{{- end }}
{{- with .Values.proxy.https }}
- name: HTTPS_PROXY
  value: {{ . | quote }}
{{- end }}
{{- with .Values.proxy.noProxy }}
- name: NO_PROXY
  value: {{ join "," . | quote }}
{{- end }}
{{- if or .Values.caBundle.configMap .Values.caBundle.secret }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/yunfan/ca/{{ .Values.caBundle.key }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "yunfan.volumes" -}}
{{- with .Values.caBundle }}
{{- if .configMap }}
- name: ca-bundle
  configMap:
    name: {{ .configMap }}
    items: [{key: {{ .key }}, path: {{ .key }}}]
{{- else if .secret }}
- name: ca-bundle
  secret:
    secretName: {{ .secret }}
    items: [{key: {{ .key }}, path: {{ .key }}}]
{{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "yunfan.volumeMounts" -}}
{{- if or .Values.caBundle.configMap .Values.caBundle.secret }}
- name: ca-bundle
  mountPath: /etc/yunfan/ca
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Mistakes that a schema can't see. Renders nothing. */}}
{{- define "yunfan.check" -}}
{{- if and (gt (int .Values.replicaCount) 1) (not .Values.leaderElection.enabled) }}
{{- fail "replicaCount is more than 1, which needs leaderElection.enabled: two operators at once would undo each other's work" }}
{{- end }}
{{- if and .Values.caBundle.configMap .Values.caBundle.secret }}
{{- fail "caBundle.configMap and caBundle.secret are both set: give one of them" }}
{{- end }}
{{- with .Values.leaderElection }}
{{- if not (and (lt (float64 .renewDeadlineSeconds) (float64 .leaseDurationSeconds)) (lt (float64 .retryPeriodSeconds) (float64 .renewDeadlineSeconds))) }}
{{- fail "leaderElection: retryPeriodSeconds must be less than renewDeadlineSeconds, and that less than leaseDurationSeconds" }}
{{- end }}
{{- end }}
{{- if and .Values.metrics.enabled (eq (int .Values.metrics.port) (int .Values.healthPort)) }}
{{- fail "metrics.port and healthPort are the same: give each its own" }}
{{- end }}
{{- if and (ne (toString .Values.podDisruptionBudget.minAvailable) "") (ne (toString .Values.podDisruptionBudget.maxUnavailable) "") }}
{{- fail "podDisruptionBudget: set minAvailable or maxUnavailable, and the other one to \"\"" }}
{{- end }}
{{- end }}

{{- define "yunfan.subjects" -}}
- kind: ServiceAccount
  name: {{ include "yunfan.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}
