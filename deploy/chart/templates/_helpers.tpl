{{- define "finops.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "finops.selector" -}}
app.kubernetes.io/name: finops-enforcer
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "finops.labels" -}}
{{ include "finops.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "finops.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "finops.temporalAddress" -}}
{{- if eq .Values.temporal.mode "bundled" }}{{ include "finops.name" . }}-temporal:7233{{ else }}{{ required "temporal.address is needed with temporal.mode external" .Values.temporal.address }}{{ end }}
{{- end }}

{{- /* Whether a write is outside of what is protected, in CEL. * is the only wildcard of the patterns. */ -}}
{{- define "finops.unprotected" -}}
{{- $shipped := .Files.Lines "files/protected-namespaces.txt" | compact -}}
{{- $always := list "kube-*" .Release.Namespace | join "|" | replace "*" ".*" -}}
{{- $patterns := concat $shipped .Values.protectedNamespaces | uniq | join "|" | replace "*" ".*" -}}
!request.namespace.matches({{ printf "^(%s)$" $always | quote }})
&& (request.namespace in [{{ range $index, $name := .Values.unprotectedNamespaces }}{{ if $index }}, {{ end }}{{ $name | quote }}{{ end }}]
|| !request.namespace.matches({{ printf "^(%s)$" $patterns | quote }}))
{{- end }}

{{- define "finops.subject" -}}
kind: ServiceAccount
name: {{ include "finops.name" . }}
namespace: {{ .Release.Namespace }}
{{- end }}

{{- define "finops.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "finops.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- /* The environment that every finops process of the release has. */ -}}
{{- define "finops.env" -}}
{{- if .Values.clusters -}}
- {name: FINOPS_CONFIG, value: /clusters/finops.toml}
{{- else -}}
- {name: FINOPS_CLUSTER, value: {{ .Values.cluster | quote }}}
{{- end }}
- {name: FINOPS_INSTANCE, value: {{ .Values.instance | default .Release.Name | quote }}}
- {name: FINOPS_STATE_DIR, value: /tmp/finops-enforcer}
- {name: FINOPS_POLICY_SOURCE, value: {{ .Values.policies.source | quote }}}
{{- if eq .Values.policies.source "files" }}
- {name: FINOPS_POLICIES, value: /policies}
{{- end }}
{{- with .Values.protectedNamespaces }}
- {name: FINOPS_PROTECTED_NAMESPACES, value: {{ join "," . | quote }}}
{{- end }}
{{- with .Values.unprotectedNamespaces }}
- {name: FINOPS_UNPROTECTED_NAMESPACES, value: {{ join "," . | quote }}}
{{- end }}
- {name: TEMPORAL_ADDRESS, value: {{ include "finops.temporalAddress" . | quote }}}
- {name: TEMPORAL_NAMESPACE, value: {{ .Values.temporal.namespace | quote }}}
{{- if .Values.rbac.optional.events }}
- {name: FINOPS_EVENTS, value: "true"}
{{- end }}
{{- with .Values.notifications }}
{{- if and (or .slackKey .teamsKey .webhook.signingKey) (not .secret) }}{{ fail "notifications.secret is needed: the keys are those of a Secret" }}{{ end }}
{{- with .slackKey }}
- {name: FINOPS_SLACK_WEBHOOK_FILE, value: "/notifications/{{ . }}"}
{{- end }}
{{- with .teamsKey }}
- {name: FINOPS_TEAMS_WEBHOOK_FILE, value: "/notifications/{{ . }}"}
{{- end }}
{{- with .webhook.url }}
- {name: FINOPS_WEBHOOK_URL, value: {{ . | quote }}}
{{- end }}
{{- with .webhook.signingKey }}
- {name: FINOPS_WEBHOOK_KEY_FILE, value: "/notifications/{{ . }}"}
{{- end }}
{{- with .hosts }}
- {name: FINOPS_WEBHOOK_HOSTS, value: {{ join "," . | quote }}}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* A token of an hour that the kubelet renews, for this pod alone. */ -}}
{{- define "finops.tokenVolume" -}}
- name: token
  projected:
    sources:
      - serviceAccountToken: {path: token, expirationSeconds: 3607}
      - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}
      - downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
{{- if .Values.clusters }}
- name: clusters
  configMap: {name: {{ include "finops.name" . }}-clusters}
{{- end }}
{{- with .Values.kubeconfig }}
{{- if .secret }}
- name: kubeconfig
  secret: {secretName: {{ .secret }}, items: [{key: {{ .key }}, path: kubeconfig}]}
{{- end }}
{{- end }}
{{- end }}

{{- define "finops.tokenMount" -}}
- {name: token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- if .Values.clusters }}
- {name: clusters, mountPath: /clusters, readOnly: true}
{{- end }}
{{- if .Values.kubeconfig.secret }}
- {name: kubeconfig, mountPath: /kubeconfig, readOnly: true}
{{- end }}
{{- end }}
