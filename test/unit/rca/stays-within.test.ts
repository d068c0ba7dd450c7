import { expect, test } from "vitest";
import { staysWithin } from "../../../src/rca/investigate/stays-within.ts";

const bounds = { labels: ["namespace", "k8s_namespace_name"], namespaces: ["shop", "shop-db"] };

test.each([
  'up{namespace="shop"}',
  `sum by (pod) (rate(http_requests_total{namespace="shop",code=~"5.."}[5m]))`,
  `sum(rate(a_total{namespace="shop"}[5m:30s] offset 1h)) / on (pod) group_left (node) sum(b{namespace=~"shop|shop-db"}) > bool 1e-3`,
  `histogram_quantile(0.95, sum(rate(x_bucket{k8s_namespace_name='shop'}[5m])) by (le))`,
  'topk(3, {__name__=~"container_.+", namespace="shop-db"})',
  'label_replace(up{namespace="shop"}, "a", "$1", "pod", "(.*)")',
  "vector(1) + time()",
  'a{namespace="shop"} and on (pod) b{namespace="shop"} unless {namespace="shop", __name__="c"}',
  'sum(or{namespace="shop"}) > -inf and NaN',
  'max_over_time(offset{namespace="shop"}[5m] offset 5m @ end())',
])("%s says where all its series are", (promql) => expect(staysWithin(promql, bounds)).toBe(true));

test.each([
  "sum(up)",
  "max(count)",
  "sum(and)",
  "sum by (pod) (offset)",
  "max(by)",
  "min(1, or)",
  "count(without)",
  "bool",
  "sum(on)",
  'sum(up{namespace="shop"}) / unless',
  'sum(up{namespace="shop"}) or or',
  'sum(up{namespace="shop"}) + group_left',
  'sum(up{namespace="payroll"})',
  'sum(up{namespace="shop"}) + sum(up{namespace="payroll"})',
  'sum(up{namespace="shop"}) or sum(salaries)',
  'sum(up{namespace=~"shop|pay.*"})',
  'sum(up{namespace=~".*"})',
  'sum(up{namespace!="shop"})',
  'label_replace(sum(salaries{namespace="payroll"}), "namespace", "shop", "", "")',
  'sum(salaries{pod="x,namespace=\\"shop\\""})',
  "sum(salaries{pod='a}',x=\"namespace='shop'\"})",
  "sum by (namespace) (salaries)",
  'sum(up{namespace="shop"}) # {namespace="shop"}\n + sum(salaries)',
  'sum({"salaries"})',
  "sum(up{namespace=`shop`,",
  "sum(rate(up[5m",
])("%s does not", (promql) => expect(staysWithin(promql, bounds)).toBe(false));
