{{- /* repository:tag, or repository@digest. */}}
{{- define "ip-masq-agent.image" -}}
{{- $repository := required "image.repository is not set: no image is published, so set your own (docs/install.md describes how to build it)" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{ $repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- /* An object from files/, with the labels by which Prometheus selects it, the extra settings of its endpoint, and the runbook URL of its alerts. */}}
{{- define "ip-masq-agent.monitor" -}}
{{- $text := required (printf "the chart lacks %s" .file) (.root.Files.Get .file) -}}
{{- with .root.Values.monitoring.runbooks -}}
{{- $text = regexReplaceAllLiteral "runbook_url: [^#\n]*" $text (printf "runbook_url: %s" .) -}}
{{- end -}}
{{- $object := fromYaml $text -}}
{{- $_ := set $object.metadata "namespace" .root.Release.Namespace -}}
{{- $_ := set $object.metadata "labels" (merge (dict) .root.Values.monitoring.labels $object.metadata.labels) -}}
{{- range $object.spec.podMetricsEndpoints }}
{{- $_ := mergeOverwrite . $.root.Values.monitoring.endpoint }}
{{- end }}
{{ toYaml $object }}
{{- end -}}
