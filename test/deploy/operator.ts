// The Prometheus operator's kinds (monitoring.coreos.com/v1), as far as deploy/ uses them.
import type { LabelSelector, ObjectMeta } from "kubernetes-types/meta/v1";

export interface PodMonitor {
  apiVersion: "monitoring.coreos.com/v1";
  kind: "PodMonitor";
  metadata: ObjectMeta;
  spec: {
    selector: LabelSelector;
    podMetricsEndpoints: {
      /** A port of the pod by its name. */
      port: string;
      path?: string;
      interval?: string;
      relabelings?: { sourceLabels: string[]; targetLabel: string }[];
    }[];
  };
}

export interface PrometheusRule {
  apiVersion: "monitoring.coreos.com/v1";
  kind: "PrometheusRule";
  metadata: ObjectMeta;
  spec: {
    groups: {
      name: string;
      rules: {
        alert: string;
        expr: string;
        for?: string;
        labels: { severity: "warning" | "critical" };
        annotations: { summary: string; description: string };
      }[];
    }[];
  };
}
