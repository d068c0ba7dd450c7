{{/* Everything is named after the release: "kubemend" for `helm install kubemend`. */}}
{{- define "kubemend.name" -}}
{{ default .Release.Name .Values.fullnameOverride }}
{{- end }}

{{/* What finds the pods. It must never change, so it carries no version. */}}
{{- define "kubemend.selector" -}}
app.kubernetes.io/name: kubemend
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "kubemend.labels" -}}
{{ include "kubemend.selector" . }}
app.kubernetes.io/part-of: kubemend
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The Secret with DATABASE_URL and the tokens: yours, or the one this chart makes. */}}
{{- define "kubemend.secret" -}}
{{ default (include "kubemend.name" .) .Values.secret.existing }}
{{- end }}

{{/* A digest wins over a tag: it names one image for good. */}}
{{- define "kubemend.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end }}
{{- end }}

{{/* Pods of both workloads: no root, no privilege, the runtime's own seccomp profile. */}}
{{- define "kubemend.podSecurity" -}}
runAsNonRoot: true
{{- with .Values.runAsUser }}
runAsUser: {{ toYaml . }}
runAsGroup: {{ toYaml . }}
fsGroup: {{ toYaml . }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "kubemend.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* The watcher's database, named by itself so that a pod without one says which key of which Secret it waits for. */}}
{{- define "kubemend.databaseUrl" -}}
{{- if include "kubemend.givenPasswords" . -}}
- name: DATABASE_URL
  value: postgres://kubemend_watcher@{{ include "kubemend.databaseHost" . }}/kubemend
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.postgresql.existingSecret }}
      key: {{ .Values.postgresql.secretKeys.watcher }}
{{- else -}}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "kubemend.secret" . }}
      key: DATABASE_URL
{{- end }}
{{- end }}

{{/* Whether the database and its users are the chart's own: then watcher and actor each connect as one that is held to its role. */}}
{{- define "kubemend.ownDatabase" -}}
{{- if .Values.postgresql.enabled -}}
{{- if .Values.secret.existing -}}
{{- else if .Values.secret.values.DATABASE_URL -}}
{{- else -}}
yes
{{- end -}}
{{- end -}}
{{- end }}

{{/* Whether all three passwords of that database are in a Secret of yours: then the chart writes none down, and they may hold any sign, beside the address. */}}
{{- define "kubemend.givenPasswords" -}}
{{- if include "kubemend.ownDatabase" . -}}
{{- if .Values.postgresql.existingSecret -}}
yes
{{- end -}}
{{- end -}}
{{- end }}

{{/* Or in one of the chart's, made of the value. */}}
{{- define "kubemend.madePasswords" -}}
{{- if include "kubemend.ownDatabase" . -}}
{{- if .Values.postgresql.existingSecret -}}
{{- else -}}
yes
{{- end -}}
{{- end -}}
{{- end }}

{{/* Passwords of both users, of the owner's: whoever has one of them cannot tell the owner's from it. */}}
{{- define "kubemend.watcherSeed" -}}
watcher/{{ .Values.postgresql.password }}
{{- end }}
{{- define "kubemend.actorSeed" -}}
actor/{{ .Values.postgresql.password }}
{{- end }}
{{- define "kubemend.watcherPassword" -}}
{{ include "kubemend.watcherSeed" . | sha256sum }}
{{- end }}
{{- define "kubemend.actorPassword" -}}
{{ include "kubemend.actorSeed" . | sha256sum }}
{{- end }}

{{/* Where a pod goes. */}}
{{- define "kubemend.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* Of the name server, which answers by both. */}}
{{- define "kubemend.dns" -}}
{{- range $port := .Values.networkPolicy.ports.dns }}
- protocol: UDP
  port: {{ $port }}
- protocol: TCP
  port: {{ $port }}
{{- end }}
{{- end }}

{{/* Ports of a network policy. */}}
{{- define "kubemend.tcp" -}}
{{- range $port := . }}
- protocol: TCP
  port: {{ $port }}
{{- end }}
{{- end }}
